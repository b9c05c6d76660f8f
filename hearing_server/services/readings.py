"""Who was given the transcript to read, and from where: from the audit trail, for the evidence report."""

from hearing_server.services.audit import Action, Audit, Search
from hearing_server.services.evidence import Reading

MOST = 10_000
_OF = "transcript "  # as web/seats.py notes them


class AuditReadings:
    """Implements Readings."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    async def of_hearing(self, hearing: str) -> list[Reading]:
        """In the order of time, the newest of them where there are too many."""
        found: list[Reading] = []
        search = Search(subject=hearing, actions=(Action.VIEW, Action.DOWNLOAD), text=_OF)
        async for page in self._audit.pages(search):
            for row in (link.row for link in page):
                if row.detail.startswith(_OF) and len(found) < MOST:
                    found.append(
                        Reading(
                            party=row.actor,
                            at=row.at,
                            what=row.action,
                            document=row.detail,
                            address=row.address,
                        )
                    )
        return found[::-1]
