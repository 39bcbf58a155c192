"""What a command says when it cannot do its work."""


class Trouble(Exception):
    """One sentence for the user, with what to do."""
