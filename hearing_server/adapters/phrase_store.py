"""Clerks' own abbreviations in SQL. Implements AbbreviationStore."""

from sqlalchemy import Column, String, Table, delete, insert, select

from hearing_server.adapters.database import Database
from hearing_server.adapters.tables import metadata

abbreviation = Table(
    "abbreviation",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("short", String(20), primary_key=True),
    Column("long", String(500), nullable=False),
)


class SqlAbbreviations:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, account: str) -> dict[str, str]:
        table = abbreviation
        query = select(table.c.short, table.c.long).where(table.c.account == account)
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(table.c.short))
            return {row.short: row.long for row in rows}

    async def keep(self, account: str, abbreviations: dict[str, str]) -> None:
        rows = [
            {"account": account, "short": short, "long": long}
            for short, long in abbreviations.items()
        ]
        async with self._database.writing() as connection:
            await connection.execute(delete(abbreviation).where(abbreviation.c.account == account))
            if rows:
                await connection.execute(insert(abbreviation), rows)
