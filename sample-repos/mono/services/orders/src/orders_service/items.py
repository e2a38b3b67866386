"""Items: replace them by what this service is about. A handler says all that it answers: the document is generated."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import DateTime, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "items"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    quantity: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


def _whole(value: Any) -> Any:
    """In JSON 3.0 is an integer, too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class NewItem(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00]+$")  # PostgreSQL keeps no NUL
    quantity: Annotated[int, BeforeValidator(_whole)] = Field(ge=0, le=1_000_000)


class Item(NewItem):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    created_at: datetime


class Page(BaseModel):
    items: list[Item]
    next: UUID | None = Field(description="`after` of the next page; null on the last one")


class Problem(BaseModel):
    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[dict[str, str]] | None = None


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a handler answers besides, for the document."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": "A problem (RFC 9457)", "content": content} for status in statuses}


async def session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions.begin() as found:
        yield found


# The scope is the function's: what was written is committed before the answer says so.
Session = Annotated[AsyncSession, Depends(session, scope="function")]
router = APIRouter(prefix="/items", tags=["items"], responses=problems(422, 500, 503))


async def _found(session: AsyncSession, item: UUID) -> Row:
    if row := await session.get(Row, item):
        return row
    raise HTTPException(404)


@router.get("")
async def list_items(
    session: Session, limit: Annotated[int, Query(ge=1, le=100)] = 20, after: UUID | None = None
) -> Page:
    query = select(Row).order_by(Row.id).limit(limit + 1)
    rows = (await session.scalars(query.where(Row.id > after) if after else query)).all()
    more = rows[limit - 1].id if len(rows) > limit else None
    return Page(items=[Item.model_validate(row) for row in rows[:limit]], next=more)


@router.post("", status_code=201, responses=problems(400, 413))
async def create_item(new: NewItem, session: Session, response: Response) -> Item:
    row = Row(id=uuid4(), **new.model_dump())
    session.add(row)
    await session.flush()
    response.headers["Location"] = f"/items/{row.id}"
    return Item.model_validate(row)


@router.get("/{item}", responses=problems(404))
async def read_item(item: UUID, session: Session) -> Item:
    return Item.model_validate(await _found(session, item))


@router.put("/{item}", responses=problems(400, 404, 413))
async def replace_item(item: UUID, new: NewItem, session: Session) -> Item:
    row = await _found(session, item)
    row.name, row.quantity = new.name, new.quantity
    return Item.model_validate(row)


@router.delete("/{item}", status_code=204, responses=problems(404))
async def delete_item(item: UUID, session: Session) -> None:
    await session.delete(await _found(session, item))
