"""Which addresses of Apprise may be used. Pure but for the look-up of a host's name.

Apprise resolves names itself and knows over a hundred services, some of which run programs or read files.
So only services that talk to one public place are let through, and where the address names the host, only
hosts of that service. docs/guide/alerts.md lists them.
"""

from urllib.parse import parse_qsl, urlsplit

from alerts.outbound import Refused, resolve

#: Schemas whose host is written in Apprise itself.
FIXED = frozenset({
    "slack", "discord", "tgram", "gchat", "pover", "pagerduty", "opsgenie", "wxteams", "webex", "pbul",
})  # fmt: skip
#: Hosts whose own https addresses Apprise understands -> the parameters that may follow.
NATIVE = {
    "hooks.slack.com": frozenset[str](),
    "discord.com": frozenset[str](),
    "discordapp.com": frozenset[str](),
    "chat.googleapis.com": frozenset({"key", "token"}),
}
#: Teams speaks through Power Automate: the address names the host, which must end so.
WORKFLOWS = frozenset({"workflow", "workflows"})
WORKFLOW_HOSTS = (".logic.azure.com", ".api.powerplatform.com")
WORKFLOW_NAMES = frozenset({"api-version", "sp", "sv", "sig"})
#: Schemas of servers people run themselves: only where the operator allows private addresses.
OWN = frozenset(
    {"json", "jsons", "mmost", "mmosts", "gotify", "gotifys", "ntfy", "ntfys", "rocket", "rockets"}
)


def check_service(url: str, *, allow_private: bool) -> str:
    """Check an address for Apprise; return the host it names, if any. Raises Refused, Unreachable."""
    try:
        split = urlsplit(url)
        host = split.hostname or ""
        is_workflow = host.endswith(WORKFLOW_HOSTS)
        port = split.port or 443 if is_workflow else 443  # elsewhere a token may stand in its place
    except ValueError as error:
        raise Refused("This is not an address.") from error
    scheme = split.scheme.lower()
    allowed = WORKFLOW_NAMES if is_workflow else NATIVE.get(host, frozenset())
    if any(name not in allowed for name, _ in parse_qsl(split.query, keep_blank_values=True)):
        raise Refused("Leave out what follows the question mark: options are not supported.")
    if split.fragment and scheme.startswith("mmost"):
        raise Refused("Leave out what follows the #: a webhook of Mattermost has its own channel.")
    if scheme in FIXED or (scheme == "https" and host in NATIVE):
        return ""
    if is_workflow and scheme in {"https", *WORKFLOWS}:
        resolve(host, port, allow_private=allow_private)
        return host
    if scheme in OWN and allow_private:
        return host
    raise Refused(_why(scheme))


def _why(scheme: str) -> str:
    if scheme in WORKFLOWS:
        return (
            "The host must be one of Power Automate: it ends in .logic.azure.com or .api.powerplatform.com."
        )
    if scheme in OWN:
        return (
            f"{scheme}:// speaks to a server of your own. An operator can allow that: ALERTS_ALLOW_PRIVATE=1."
        )
    return f"{scheme or 'This'}:// is none of the services that are supported. For your own, use a webhook."
