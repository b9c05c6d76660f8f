"""When electronic service takes effect. One pure rule; each of its branches names its source.

- 民事诉讼法 art. 90: with consent, by electronic means that can show receipt; the day on which it reached
  the system of the person served is the day of service.
- 法释〔2022〕11号 (interpretation of it) art. 135: that is the day on which the court's system shows that
  sending succeeded, unless the person served proves another.
- 法释〔2021〕12号 (online litigation rules) art. 31: to an address that the person gave or confirmed,
  service is done when it reaches the system of that address. To another address that can be known to be
  theirs: when they answer that they have received it, or act on it; presumed, when their system reports
  that it was read or receipt is proved otherwise. By several ways: the earliest counts.
"""

from dataclasses import dataclass
from enum import StrEnum

from hearing_server.domain.papers.events import Way
from hearing_server.domain.papers.paper import Service


class Rule(StrEnum):
    """By which a service took effect."""

    REACHED = "reached"  # art. 31 para. 1, art. 90 para. 2
    CONFIRMED = "confirmed"  # art. 31 para. 2 (1)
    READ = "read"  # art. 31 para. 2 (2): presumed


@dataclass(frozen=True, kw_only=True)
class Effect:
    """When service took effect, by which rule; `way` where one way decided it."""

    at: int
    rule: Rule
    way: Way | None = None


def effect(service: Service) -> Effect | None:
    """None while it has not taken effect. Of two at the same moment the stronger rule counts."""
    found = [
        Effect(at=at, rule=Rule.REACHED, way=way)
        for way, at in service.delivered.items()
        if way in service.basis.confirmed
    ]
    if service.confirmed_at is not None:
        found.append(Effect(at=service.confirmed_at, rule=Rule.CONFIRMED))
    seen = [at for at in (service.opened_at, service.downloaded_at) if at is not None]
    if seen:
        found.append(Effect(at=min(seen), rule=Rule.READ))
    return min(found, key=lambda one: (one.at, list(Rule).index(one.rule)), default=None)
