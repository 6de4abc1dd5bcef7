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
    id: Identifier = Field(description="id of the agreement")
    note: str = Field(default="", description="remark, for people only")


class Asset(BaseModel):
    """Something sold as part of a site."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    name: str = Field(description="what is sold")
    price: Money = Field(description="what the buyer pays for it")


class Sale(_Agreement):
    """The sale of a site: the buyer pays for each asset on the closing date."""

    kind: Literal["sale"] = Field(description="the sale of a site")
    seller: Identifier = Field(description="party that sells")
    buyer: Identifier = Field(description="party that pays")
    closes: Date = Field(description="date on which the assets are paid and change hands")
    assets: tuple[Asset, ...] = Field(description="what is sold, each with its price")


class EquipmentSupply(_Agreement):
    """The owner supplies equipment: it pays the tasks' equipment and keeps title; `deposit` is due at order, the rest
    at delivery.
    """

    kind: Literal["equipment_supply"] = Field(description="one party buys what another works with")
    owner: Identifier = Field(description="party that buys the equipment and keeps title")
    operator: Identifier = Field(description="party that works with it")
    deposit: Share = Field(default=Quantity(0.0), description="share of the price due at order")


class OperationFee(_Agreement):
    """The operator runs the plant for the owner: its costs are refunded with a mark-up, or it gets a fee for each unit
    shipped.
    """

    kind: Literal["operation"] = Field(description="one party runs the plant for another")
    owner: Identifier = Field(description="party that pays for the operation")
    operator: Identifier = Field(description="party that runs the plant")
    cost_plus: Share = Field(
        default=Quantity(0.0), description="mark-up on the operator's costs, which the owner refunds"
    )
    fee_per_unit: dict[str, Money] = Field(default_factory=dict, description="item -> fee for each one shipped")
    fixed_per_month: Money = Field(default=Quantity(0.0), description="fee for each month, whatever is made")
    starts: DateOrAssumption = Field(default=None, description="first date that counts; blank: the programme's start")
    pays_after: Duration = Field(default=Quantity(0.0), description="from what is owed to its payment")


class Contribution(BaseModel):
    """Capital that a party pays into a venture on a date."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    party: Identifier = Field(description="member that pays in")
    amount: Money = Field(description="how much")
    date: Date = Field(description="when")


class Venture(_Agreement):
    """A joint venture: its members pay in capital and share its surplus by their shares, each month that it has one to
    distribute.
    """

    kind: Literal["venture"] = Field(description="a joint venture")
    venture: Identifier = Field(description="party whose role is venture; its shares are in programme.yaml")
    contributions: tuple[Contribution, ...] = Field(default=(), description="capital that members pay in")
    distributes: Share = Field(
        default=Quantity(1.0), description="share of the cash above the reserve paid out each month"
    )
    reserve: Money = Field(default=Quantity(0.0), description="cash that stays in the venture")


class Purchase(_Agreement):
    """A customer buys items: buy-sell (the seller pays for parts and sells the unit) or consigned (the customer owns
    the parts and pays a fee).
    """

    kind: Literal["purchase"] = Field(description="a customer buys items")
    customer: Identifier = Field(description="party that buys")
    seller: Identifier = Field(description="party that sells")
    items: tuple[Identifier, ...] = Field(description="items that the agreement covers")
    terms: Literal["buy_sell", "consigned"] = Field(
        default="buy_sell", description="whether the seller buys the parts, or the customer consigns them"
    )
    fee: Money = Field(default=Quantity(0.0), description="consigned: fee for each unit shipped")
    deposit: Share = Field(default=Quantity(0.0), description="share of the price paid ahead of shipment")
    deposit_ahead: Duration = Field(default=Quantity(0.0), description="how long before shipment the deposit is paid")
    pays_after: Duration = Field(default=Quantity(0.0), description="from shipment to payment of the rest")
    late_fee: MoneyRate = Field(
        default=Quantity(0.0), description="what the seller owes for each unit and hour past the due date"
    )


class Lease(_Agreement):
    """One party rents from another by the month."""

    kind: Literal["lease"] = Field(description="one party rents from another")
    lessor: Identifier = Field(description="party that rents out")
    lessee: Identifier = Field(description="party that pays the rent")
    rent_per_month: Money = Field(description="rent for each month")
    starts: DateOrAssumption = Field(default=None, description="first date; blank: the programme's start")
    ends: DateOrAssumption = Field(default=None, description="last date; blank: the horizon")


Agreement = Annotated[Sale | EquipmentSupply | OperationFee | Venture | Purchase | Lease, Field(discriminator="kind")]

AGREEMENT_KINDS: dict[str, type[BaseModel]] = {
    "sale": Sale,
    "equipment_supply": EquipmentSupply,
    "operation": OperationFee,
    "venture": Venture,
    "purchase": Purchase,
    "lease": Lease,
}
