"""What an action may refuse. The docstring of each is the sentence the user reads."""


class Refused(Exception):
    """That is not possible."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class ReservedName(Refused):
    """That name makes an address the site itself uses. Please choose another one."""


class LastOwner(Refused):
    """A team needs an owner. Make somebody else an owner first."""


class OwnersOnly(Refused):
    """Only an owner can give that role, or change or remove an owner."""


class AlreadyMember(Refused):
    """This person is in the team already. Change the role in the list of members."""


class TooManyInvitations(Refused):
    """There are 100 open invitations. Revoke some before you invite more people."""


class InvitationGone(Refused):
    """This invitation was used, revoked or has expired. Ask the team for a new link."""


class OtherAddress(Refused):
    """This invitation is for another e-mail address. Log in with that address and open the link again."""
