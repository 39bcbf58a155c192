"""Posting to what a user typed: never into a private network, never further than that one address."""

import socket
import threading
import time

import pytest

from alerts import outbound
from alerts.outbound import Answer, Refused, Unreachable, check_url, is_public, post, resolve
from alerts.services import check_service
from tests.alerts.receivers import http_receiver

PRIVATE = [
    "127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "224.0.0.1", "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd12::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::1", "2001::7f00:1", "ff02::1", "2001:db8::1",
]  # fmt: skip


def send(url, *, allow_private=False, seconds=5):
    return post(url, b"{}", {}, allow_private=allow_private, seconds=seconds, most=100)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_known(address):
    assert is_public(address) is False


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111"])
def test_public_addresses_are_known(address):
    assert is_public(address) is True


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "10.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0"]
)
def test_a_private_host_is_refused_before_anything_is_sent(host):
    with http_receiver() as receiver:
        with pytest.raises(Refused, match="lies in a private network"):
            send(f"http://{host}:{receiver.server_port}/")
        assert receiver.received == []


def answers_of_dns(monkeypatch, *answers):
    """Let each look-up of a name give the next of some lists of addresses: the far side of the network."""
    left = list(answers)

    def look_up(host, port, *args, **kwargs):
        found = left.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(outbound.socket, "getaddrinfo", look_up)
    return left


def test_a_name_that_resolves_to_a_private_address_is_refused(monkeypatch):
    answers_of_dns(monkeypatch, ["10.0.0.5"])
    with pytest.raises(Refused):
        send("http://innocent.example/")


def test_one_private_address_among_public_ones_is_enough(monkeypatch):
    answers_of_dns(monkeypatch, ["93.184.215.14", "127.0.0.1"])
    with pytest.raises(Refused):
        resolve("mixed.example", 443, allow_private=False)


def test_a_name_is_looked_up_once_and_its_address_is_pinned(monkeypatch):
    """A second look-up, which could give another address, never happens."""
    with http_receiver() as receiver:
        left = answers_of_dns(monkeypatch, ["127.0.0.1"], ["10.255.255.1"])
        answer = send(f"http://rebind.example:{receiver.server_port}/hook?x=1", allow_private=True)
        assert answer == Answer(status=200, text="ok")
        assert receiver.received[0].path == "/hook?x=1"
        assert receiver.received[0].headers["Host"] == f"rebind.example:{receiver.server_port}"
        assert left == [["10.255.255.1"]]


def test_redirects_are_not_followed():
    with http_receiver() as receiver:
        receiver.answers = [(302, {"Location": f"http://127.0.0.1:{receiver.server_port}/other"}, b"")]
        assert send(receiver.url, allow_private=True).status == 302
        assert [got.path for got in receiver.received] == ["/hook"]


def test_a_long_answer_is_cut():
    with http_receiver() as receiver:
        receiver.answers = [(500, {}, b"x" * 100_000)]
        assert send(receiver.url, allow_private=True) == Answer(status=500, text="x" * 100)


def test_an_answer_byte_by_byte_is_hung_up_on():
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def drip():
            line, _ = server.accept()
            with line:
                while not over.wait(0.05):
                    try:
                        line.sendall(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        with pytest.raises(Unreachable, match="No answer within 1 seconds"):
            send(f"http://127.0.0.1:{server.getsockname()[1]}/", allow_private=True, seconds=1)
        over.set()
        thread.join()
        assert time.monotonic() - began < 30  # without the cap it would drip for ever


def test_nobody_there_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unreachable, match="could not be reached: Connection refused"):
        send(f"http://127.0.0.1:{port}/", allow_private=True)


def test_plain_text_behind_https_is_unreachable():
    with http_receiver() as receiver, pytest.raises(Unreachable, match="SSL"):
        send(receiver.url.replace("http:", "https:"), allow_private=True)


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "file:///etc/passwd", "https://", "example.com", "https://u:p@example.com/",
     "https://example.com/\r\nX: y", "https://example.com:0/", "https://example.com:99999/", "https://[::1"],
)  # fmt: skip
def test_what_is_no_address_is_refused(url):
    with pytest.raises(Refused):
        check_url(url)


SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.mark.parametrize(
    "url",
    [SLACK, "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", "discord://4174216298/JHMHI8qBe7bk2ZwO5U7",
     "https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U7", "tgram://123456789:abcdefg_hijklmnop/12/",
     "https://chat.googleapis.com/v1/spaces/S/messages?key=k&token=t"],
)  # fmt: skip
def test_known_services_are_let_through(url):
    assert check_service(url, allow_private=False) == ""


@pytest.mark.parametrize(
    "url",
    ["json://10.0.0.1/", "json://example.com/", "syslog://", "dbus://", "windows://", "file:///etc/passwd",
     "https://example.com/hook", "http://hooks.slack.com/services/a/b/c", "mailto://u:p@mail.example.com",
     f"{SLACK}?template=/etc/passwd", "slack://a/b/c?cto=99999", "workflow://127.0.0.1/a/b",
     "workflow://evil.example/x.logic.azure.com", "workflow://127.0.0.1#.logic.azure.com", "", "slack"],
)  # fmt: skip
def test_other_services_are_refused(url):
    with pytest.raises(Refused):
        check_service(url, allow_private=False)


def test_teams_is_let_through_at_a_public_host_of_microsoft_only(monkeypatch):
    url = "https://prod-1.westus.logic.azure.com:443/workflows/abc/triggers/manual/paths/invoke?sig=x&sv=1.0"
    answers_of_dns(monkeypatch, ["20.1.2.3"], ["10.0.0.1"])
    assert check_service(url, allow_private=False) == "prod-1.westus.logic.azure.com"
    with pytest.raises(Refused):
        check_service(url, allow_private=False)


def test_own_servers_need_the_operator():
    assert check_service("json://10.0.0.1/", allow_private=True) == "10.0.0.1"
    with pytest.raises(Refused):
        check_service("syslog://", allow_private=True)


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]"])
def test_link_local_addresses_are_refused_also_where_private_ones_are_allowed(host):
    with pytest.raises(Refused, match="network link"):
        send(f"http://{host}/latest/meta-data/", allow_private=True)
