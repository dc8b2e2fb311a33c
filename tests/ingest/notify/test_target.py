"""Notices reach a target in order, and hold up nothing where it is slow, dead, or back again."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ingest.notify.apprise_sender import AppriseSender, CannotNotify
from ingest.notify.notice import Notice
from ingest.notify.target import WAITING_KEPT, NotifyTarget
from state.alerts import Alert, Facts
from tests.ingest.notify.receiver import receiving
from tests.support import NOON, wait_until


def notice(title: str) -> Notice:
    return Notice(f"epoch:{title}", title, "a text", True)


@contextmanager
def target(
    url: str, claim: Callable[[Notice], bool] = lambda _: True, most_attempts: int = 1_000
) -> Iterator[NotifyTarget]:
    sends = AppriseSender(url).send
    made = NotifyTarget("1 (JSON)", sends, claim, first_pause_s=0.01, most_attempts=most_attempts)
    try:
        yield made
    finally:
        made.stop()


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What gets into the server's log: pytest hears loggers that don't propagate, too."""
    assert not logging.getLogger("apprise").propagate
    return [record.getMessage() for record in caplog.records if record.name != "apprise"]


def test_notices_arrive_in_order():
    with receiving() as receiver, target(receiver.url) as to:
        for number in range(5):
            to.put(notice(f"{number}"))
        wait_until(lambda: to.status().sent == 5, "all to be sent")
        assert receiver.titles == ["0", "1", "2", "3", "4"]
        assert receiver.received[0]["type"] == "warning"


def test_a_slow_target_holds_up_nobody_and_the_oldest_of_too_many_are_dropped():
    with receiving() as receiver, target(receiver.url) as to:
        receiver.is_slow = True
        to.put(notice("first"))
        assert receiver.asked.wait(30)
        for number in range(WAITING_KEPT + 20):
            to.put(notice(f"{number}"))
        status = to.status()
        assert (status.waiting, status.dropped, status.sent) == (WAITING_KEPT, 20, 0)
        receiver.is_slow = False
        receiver.go_on.set()
        wait_until(lambda: to.status().sent == WAITING_KEPT + 1, "the rest")
        assert receiver.titles[-1] == f"{WAITING_KEPT + 19}"


def test_a_dead_target_gets_its_notices_when_it_is_back(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    with receiving() as receiver:
        port, url = receiver.port, receiver.url
    with target(url) as to:
        to.put(notice("while dead"))
        wait_until(lambda: to.status().error is not None, "the error to be known")
        assert to.status().error == "can't be reached, or refused the message"
        with receiving(port) as receiver:
            wait_until(lambda: to.status().sent == 1, "it to be sent")
            assert receiver.titles == ["while dead"]
        wait_until(lambda: to.status().error is None, "the error to be forgotten")
    wait_until(lambda: len(logged(caplog)) == 2, "both to be logged")
    assert logged(caplog) == [
        "Alerts can't be sent to 1 (JSON): can't be reached, or refused the message",
        "Alerts are sent to 1 (JSON) again",
    ]


def test_a_status_that_is_no_success_is_known_and_tried_again():
    with receiving() as receiver, target(receiver.url) as to:
        receiver.answers = [503] * 10_000
        to.put(notice("once"))
        wait_until(lambda: to.status().error == "answered 503", "the status to be known")
        receiver.answers = []
        wait_until(lambda: to.status().sent == 1, "it to be sent")
        assert receiver.titles == ["once"]


def test_after_too_many_attempts_a_notice_is_dropped_and_the_next_one_tried():
    with receiving() as receiver, target(receiver.url, most_attempts=2) as to:
        receiver.answers = [500, 500]
        to.put(notice("lost"))
        to.put(notice("next"))
        wait_until(lambda: to.status().sent == 1, "the next to be sent")
        assert (receiver.titles, to.status().dropped) == (["next"], 1)


def test_what_another_node_has_claimed_is_not_sent():
    with receiving() as receiver, target(receiver.url, lambda n: n.title != "theirs") as to:
        to.put(notice("theirs"))
        to.put(notice("ours"))
        wait_until(lambda: to.status().sent == 1, "ours to be sent")
        assert receiver.titles == ["ours"]


def test_a_claim_that_fails_is_tried_again_and_its_text_not_shown():
    failures = [OSError("redis://user:s3cret-word@host")] * 3

    def claim(_: Notice) -> bool:
        if failures:
            raise failures.pop()
        return True

    with receiving() as receiver, target(receiver.url, claim) as to:
        to.put(notice("once"))
        wait_until(lambda: to.status().sent == 1, "it to be sent")
        assert receiver.titles == ["once"]


def test_no_secret_is_logged_or_shown(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with receiving() as receiver, target(receiver.url) as to:
        receiver.answers = [404] * 3
        to.put(notice("once"))
        wait_until(lambda: to.status().sent == 1, "it to be sent")
        assert logged(caplog)
        assert "s3cret-word" not in f"{logged(caplog)}{to.status()}"


def test_an_address_that_apprise_does_not_know_is_refused_without_showing_it():
    with pytest.raises(CannotNotify) as error:
        AppriseSender("never-heard-of://s3cret-word@host")
    assert "s3cret-word" not in str(error.value)


def test_a_notice_says_what_happened_and_is_the_same_on_every_node():
    alert = Alert(
        NOON,
        "above usual",
        "warning",
        "Above usual: 600 here, usual 40 to 61",
        122,
        Facts(600, 600, 2_210),
        id=7,
        state="started",
        people=600,
        cause="/blog from Hacker News",
    )
    made = Notice.of(alert, "epoch")
    assert made == Notice("epoch:7:started", alert.message, made.text, True)
    assert made.text.splitlines() == [
        "Rule: above usual",
        "Here now: 600",
        "Cause: /blog from Hacker News",
        "Visitors in the last minute: 600",
        "Visitors today: 2,210",
        "2025-07-20T12:00:00.000Z",
    ]
