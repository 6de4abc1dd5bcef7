"""Who gives what to whom for what: the agreements between the parties, one class a kind.

`finance` turns them into dated cash flows; nothing is computed here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from plantwright.model.cells import Date, DateOrAssumption, Duration, Identifier, Money, MoneyRate, Share
from plantwright.model.quantity import Quantity


class _Agreement(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    id: Identifier
    note: str = ""


class Asset(BaseModel):
    """Something sold as part of a site."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    name: str
    price: Money


class Sale(_Agreement):
    """The sale of a site: the buyer pays for each asset on the closing date."""

    kind: Literal["sale"]
    seller: Identifier
    buyer: Identifier
    closes: Date
    assets: tuple[Asset, ...]


class EquipmentSupply(_Agreement):
    """The owner supplies equipment: it pays the tasks' equipment and keeps title; `deposit` is due at order, the rest
    at delivery.
    """

    kind: Literal["equipment_supply"]
    owner: Identifier
    operator: Identifier
    deposit: Share = Quantity(0.0)


class OperationFee(_Agreement):
    """The operator runs the plant for the owner: its costs are refunded with a mark-up, or it gets a fee for each unit
    shipped.
    """

    kind: Literal["operation"]
    owner: Identifier
    operator: Identifier
    cost_plus: Share = Field(
        default=Quantity(0.0), description="mark-up on the operator's costs, which the owner refunds"
    )
    fee_per_unit: dict[str, Money] = Field(default_factory=dict, description="item -> fee for each one shipped")
    fixed_per_month: Money = Quantity(0.0)
    starts: DateOrAssumption = None
    pays_after: Duration = Quantity(0.0)


class Contribution(BaseModel):
    """Capital that a party pays into a venture on a date."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    party: Identifier
    amount: Money
    date: Date


class Venture(_Agreement):
    """A joint venture: its members pay in capital and share its surplus by their shares, each month that it has one to
    distribute.
    """

    kind: Literal["venture"]
    venture: Identifier
    contributions: tuple[Contribution, ...] = ()
    distributes: Share = Field(
        default=Quantity(1.0), description="share of the cash above the reserve paid out each month"
    )
    reserve: Money = Quantity(0.0)


class Purchase(_Agreement):
    """A customer buys items: buy-sell (the seller pays for parts and sells the unit) or consigned (the customer owns
    the parts and pays a fee).
    """

    kind: Literal["purchase"]
    customer: Identifier
    seller: Identifier
    items: tuple[Identifier, ...]
    terms: Literal["buy_sell", "consigned"] = "buy_sell"
    fee: Money = Field(default=Quantity(0.0), description="consigned: fee for each unit shipped")
    deposit: Share = Field(default=Quantity(0.0), description="share of the price paid ahead of shipment")
    deposit_ahead: Duration = Field(default=Quantity(0.0), description="how long before shipment the deposit is paid")
    pays_after: Duration = Field(default=Quantity(0.0), description="from shipment to payment of the rest")
    late_fee: MoneyRate = Field(
        default=Quantity(0.0), description="what the seller owes for each unit and hour past the due date"
    )


class Lease(_Agreement):
    """One party rents from another by the month."""

    kind: Literal["lease"]
    lessor: Identifier
    lessee: Identifier
    rent_per_month: Money
    starts: DateOrAssumption = None
    ends: DateOrAssumption = None


Agreement = Annotated[Sale | EquipmentSupply | OperationFee | Venture | Purchase | Lease, Field(discriminator="kind")]

AGREEMENT_KINDS: dict[str, type[BaseModel]] = {
    "sale": Sale,
    "equipment_supply": EquipmentSupply,
    "operation": OperationFee,
    "venture": Venture,
    "purchase": Purchase,
    "lease": Lease,
}
