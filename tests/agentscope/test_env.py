from pathlib import Path

import pytest

from agentscope import env
from agentscope.env import SettingError


def test_read_flag_takes_the_usual_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "Yes")
    assert env.read_flag("DEBUG", default=False) is True
    monkeypatch.setenv("DEBUG", "0")
    assert env.read_flag("DEBUG", default=True) is False
    monkeypatch.setenv("DEBUG", " ")
    assert env.read_flag("DEBUG", default=True) is True


def test_read_email_of_smtp_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "smtp+tls://me%40example.com:p%2Fw@mail.example.com")
    assert env.read_email("EMAIL_URL", default="console:") == {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.example.com",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "me@example.com",
        "EMAIL_HOST_PASSWORD": "p/w",
        "EMAIL_USE_TLS": True,
        "EMAIL_USE_SSL": False,
        "EMAIL_TIMEOUT": 10,
    }


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "70000", "PORT must be a whole number from 1 to 65535, not '70000'."),
        ("PORT", "٣", "PORT must be a whole number from 1 to 65535, not '٣'."),
        ("DEBUG", "maybe", "DEBUG must be 1 or 0 (true, false, yes, no, on and off work too), not 'maybe'."),
        ("LOG_LEVEL", "loud", "LOG_LEVEL must be one of INFO, DEBUG, not 'loud'."),
        ("DATABASE_URL", "mysql://h/d", "DATABASE_URL must be a URL that starts with one of postgresql://…."),
        (
            "DATABASE_URL",
            "postgresql://h:x/d",
            "DATABASE_URL is not a URL that can be read: Port could not be",
        ),
        ("CSRF_TRUSTED_ORIGINS", "a.b", "CSRF_TRUSTED_ORIGINS must list origins such as https://"),
        ("EMAIL_URL", "mail.example.com", "EMAIL_URL must be console: or a URL such as smtp+tls://"),
    ],
)
def test_wrong_value_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    readers = {
        "PORT": lambda: env.read_number("PORT", default=8000, low=1, high=65535),
        "DEBUG": lambda: env.read_flag("DEBUG", default=False),
        "LOG_LEVEL": lambda: env.read_choice("LOG_LEVEL", default="INFO", allowed=("INFO", "DEBUG")),
        "DATABASE_URL": lambda: env.read_url("DATABASE_URL", schemes=("postgresql",)),
        "CSRF_TRUSTED_ORIGINS": lambda: env.read_origins("CSRF_TRUSTED_ORIGINS"),
        "EMAIL_URL": lambda: env.read_email("EMAIL_URL", default="console:"),
    }
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError) as caught:
        readers[name]()
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("written", "port"), [("8123", 8123), ("x", 8000), ("0", 8000), ("70000", 8000), (None, 8000)]
)
def test_served_port_is_the_one_that_was_written(tmp_path: Path, written: str | None, port: int) -> None:
    if written is not None:
        (tmp_path / "port").write_text(written)
    assert env.served_port(tmp_path) == port
