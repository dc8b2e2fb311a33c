"""An alert about the usual says what explains it, also after a replay and from a checkpoint."""

from state.alert_rules.rule import AlertRule
from state.alerts import Cause
from state.checkpoint import dump, restore
from state.watching.sentences import because
from state.wire.alerts import AlertShape
from tests.state.watching.site import HOUR, Site

ABOVE = AlertRule("above usual", "above")
BELOW = AlertRule("below usual", "below", minutes=5)
SILENCE = AlertRule("silence", "silence", minutes=10)
HACKER_NEWS = "news.ycombinator.com"


def launch(*rules: AlertRule) -> Site:
    """Three hours of 50 people; then 450 come from Hacker News, and 50 from all over."""
    site = Site(*(rules or (ABOVE,)))
    site.page_and_source = lambda visitor: (
        ("/blog/x", HACKER_NEWS) if 50 <= visitor < 500 else (f"/{visitor % 40}", "google.com")
    )
    return site.lives(3 * HOUR, 50).lives(2, 550)


def test_a_launch_is_explained_by_hacker_news_and_its_page():
    [alert] = launch().alerts
    assert alert.cause == "90 % from news.ycombinator.com → /blog/x"
    assert alert.causes == (
        Cause("sources", HACKER_NEWS, 450, 0.9),
        Cause("pages", "/blog/x", 450, 0.9),
    )


def test_the_cause_stays_when_the_alert_ends_and_is_on_the_wire():
    [alert] = launch().lives(9, 50).alerts
    assert (alert.state, alert.cause) == ("ended", "90 % from news.ycombinator.com → /blog/x")
    details = AlertShape.of(alert).details
    assert details.cause == alert.cause
    assert isinstance(details.causes, list)
    assert [(each.name, each.share) for each in details.causes] == [
        (HACKER_NEWS, 0.9),
        ("/blog/x", 0.9),
    ]


def test_the_cause_is_the_same_from_a_checkpoint_of_before():
    whole, later = Site(ABOVE), Site(ABOVE)
    whole.page_and_source = later.page_and_source = launch().page_and_source
    whole.lives(3 * HOUR, 50)
    restore(later.analytics, list(dump(whole.analytics)))
    later.minute, later.journal = whole.minute, list(whole.journal)
    for site in (whole, later):
        site.lives(2, 550)
    assert later.alerts == whole.alerts == launch().alerts
    assert later.alerts[0].causes
    assert list(dump(later.analytics)) == list(dump(whole.analytics))


def test_fewer_people_are_explained_by_those_missing():
    site = Site(BELOW)
    site.page_and_source = lambda visitor: (
        ("/pay", "shop.example") if visitor >= 20 else (f"/{visitor}", "google.com")
    )
    [alert] = site.lives(3 * HOUR, 80).lives(20, 20).alerts
    assert alert.cause == "100 % of those missing from shop.example → /pay"
    assert [each.change for each in alert.causes] == [-60, -60]


def test_a_silence_and_what_nothing_explains_have_no_cause():
    site = Site(SILENCE)
    site.page_and_source = lambda visitor: ("/", "google.com")
    [silence] = site.lives(3 * HOUR, 60).lives(30, 0).alerts
    assert (silence.cause, silence.causes) == (None, ())
    spread = Site(ABOVE)
    spread.page_and_source = lambda visitor: (f"/{visitor}", f"{visitor}.example")
    [alert] = spread.lives(3 * HOUR, 50).lives(1, 550).alerts
    assert (alert.cause, alert.causes) == (None, ())


def test_a_source_and_a_page_of_other_parts_are_not_one_cause():
    source, page = Cause("sources", "a.org", 90, 0.9), Cause("pages", "/x", 40, 0.4)
    assert because((source, page), is_missing=False) == "90 % from a.org"
    assert because((page,), is_missing=True) == "40 % of those missing on /x"
    germany = Cause("countries", "Germany", 99, 0.99)
    assert because((germany, source), is_missing=False) == "99 % from Germany"
    assert because((), is_missing=False) is None


def test_long_names_are_cut_in_the_middle():
    text = because((Cause("pages", "/" + "x" * 2_000 + "/end", 9, 1.0),), is_missing=False)
    assert text is not None
    assert len(text) < 80
    assert text.endswith("x/end")
