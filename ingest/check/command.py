"""``main.py check``: explains the settings of a server without starting it."""

from collections.abc import Iterator, Sequence
from itertools import chain

from ingest.check.access import access_findings
from ingest.check.capacity import capacity_findings
from ingest.check.exposure import exposure_findings
from ingest.check.finding import Finding, Level, Topic
from ingest.check.storage import storage_findings
from ingest.check.trust import trust_findings
from ingest.runtime.logs import write_error, write_out
from state.settings.settings import Settings, SettingsError, read

SAFE, UNSAFE, UNUSABLE = 0, 1, 2
MARK = {Level.NOTE: "-", Level.WARNING: "- WARNING:", Level.UNSAFE: "- UNSAFE:"}


def run(arguments: Sequence[str]) -> int:
    """Print the report. Returns 0 if nothing is unsafe, 1 if something is, and 2 if a value can't
    be used. Unsafe settings that a start refuses are reported, too."""
    try:
        settings = read(arguments)
    except SettingsError as error:
        write_error(*str(error).split("\n"))
        return UNUSABLE
    findings = report(settings, arguments)
    write_out(*lines(findings))
    return UNSAFE if any(each.level is Level.UNSAFE for each in findings) else SAFE


def report(settings: Settings, arguments: Sequence[str] = ()) -> list[Finding]:
    """The findings. Reads the settings, the limits of the process and the modes of the journal's
    files; changes nothing."""
    return list(
        chain(
            exposure_findings(settings),
            access_findings(settings, arguments),
            capacity_findings(settings),
            storage_findings(settings, arguments),
            trust_findings(settings),
        )
    )


def lines(findings: Sequence[Finding]) -> Iterator[str]:
    """The report as text, by topic, and the verdict at the end."""
    for topic in Topic:
        yield topic.value
        for each in findings:
            if each.topic is topic:
                yield f"  {MARK[each.level]} {each.sentence}"
    unsafe = sum(each.level is Level.UNSAFE for each in findings)
    warnings = sum(each.level is Level.WARNING for each in findings)
    yield ""
    if unsafe:
        yield f"NOT SAFE: {unsafe} unsafe, {warnings} to consider."
    else:
        yield f"Safe as far as this can tell; {warnings} to consider."
