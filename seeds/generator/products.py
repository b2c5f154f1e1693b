"""The range: about sixty products, their units and their batches' character."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from seeds.generator.model import Book, dec

# sku | description | group | cost EUR | list EUR | kg | m3 | per box | boxes per pallet | flags
# flags: b batch tracked, c chilled, a alcohol, r restricted, h hazard, s kept for a story,
#        x blocked, u run out, i inactive, v not stocked
_RANGE = """
10-101|Wheat flour type 405, 1 kg|DRY|0.52|0.74|1.02|0.0016|10|60|
10-102|Cane sugar, 1 kg|DRY|0.78|1.09|1.01|0.0012|10|70|
10-103|Rapeseed oil, 1 l|DRY|1.42|1.99|0.95|0.0014|12|50|b
10-104|Chopped tomatoes, 400 g|DRY|0.46|0.69|0.48|0.0006|24|60|
10-105|Red lentils, 500 g|DRY|0.94|1.39|0.51|0.0007|16|60|
10-106|Sea salt fine, 500 g|DRY|0.31|0.49|0.51|0.0005|20|70|
10-107|Rolled oats, 500 g|DRY|0.62|0.95|0.52|0.0015|12|48|
10-108|Strawberry jam, 450 g|DRY|1.35|1.95|0.70|0.0007|12|56|
10-109|Breakfast muesli, 750 g|DRY|2.05|2.95|0.80|0.0030|8|40|
10-110|Ground coffee classic, 500 g|DRY|4.35|6.20|0.53|0.0012|12|48|
10-111|Fusilli, 500 g|DRY|0.68|1.02|0.52|0.0018|20|40|
10-140|Basmati rice, 5 kg|DRY|8.40|11.90|5.05|0.0070|4|40|s
10-150|Espresso beans Crema, 1 kg|DRY|9.80|13.90|1.03|0.0028|8|42|s
10-160|Penne rigate, 500 g|DRY|0.69|1.04|0.52|0.0018|20|40|s
10-161|Penne rigate bronze, 500 g|DRY|0.78|1.15|0.52|0.0018|20|40|s
10-170|Olive oil extra virgin, 0.75 l|DRY|5.90|8.45|1.10|0.0012|12|45|s
20-301|Still mineral water, 6 x 1.5 l|BEV|1.05|1.62|9.20|0.0108|1|84|
20-302|Sparkling water, 12 x 0.7 l|BEV|2.90|4.25|15.80|0.0260|1|40|
20-303|Orange juice, 1 l|BEV|0.98|1.45|1.06|0.0011|12|60|b
20-304|Cola, 24 x 0.33 l can|BEV|6.80|9.60|8.60|0.0098|1|96|
20-305|Peppermint tea, 25 bags|BEV|0.82|1.29|0.06|0.0005|20|60|
20-306|Iced tea peach, 6 x 1.5 l|BEV|3.15|4.55|9.25|0.0109|1|84|
20-310|Cloudy apple juice, 1 l|BEV|0.95|1.42|1.06|0.0011|12|60|s
20-330|Sparkling water classic, 12 x 1 l|BEV|3.60|5.20|17.50|0.0300|1|40|s
20-340|Lemonade elderflower, 1.5 l|BEV|1.10|1.60|1.56|0.0019|6|80|s
20-341|Lemonade elderflower, 0.75 l|BEV|0.58|0.84|0.79|0.0010|12|80|s
30-101|Whole milk, 1 l|CHILL|0.78|1.09|1.04|0.0011|12|60|bc
30-102|Gouda slices, 400 g|CHILL|2.35|3.35|0.42|0.0006|14|60|bc
30-103|Natural yoghurt, 500 g|CHILL|0.72|1.05|0.53|0.0006|12|70|bc
30-104|Cream cheese, 200 g|CHILL|0.98|1.42|0.22|0.0003|20|80|bc
30-105|Cooked ham, 200 g|CHILL|1.65|2.35|0.22|0.0003|20|80|bc
30-106|Fresh pasta filled, 250 g|CHILL|1.42|2.05|0.27|0.0007|16|60|bc
30-110|Butter unsalted, 250 g|CHILL|1.72|2.45|0.26|0.0003|40|60|bcs
30-120|Herb quark, 200 g|CHILL|0.74|1.08|0.22|0.0003|20|80|bcsx
30-121|Herb quark new recipe, 200 g|CHILL|0.78|1.12|0.22|0.0003|20|80|bcs
30-130|Smoked salmon, 200 g|CHILL|4.60|6.60|0.23|0.0004|20|60|bcsx
30-140|Greek yoghurt, 1 kg|CHILL|2.60|3.70|1.05|0.0012|6|70|bcs
40-101|Washing-up liquid, 500 ml|CLEAN|0.72|1.12|0.56|0.0008|20|48|
40-102|All-purpose cleaner, 1 l|CLEAN|0.95|1.49|1.08|0.0013|12|50|
40-103|Laundry powder, 5 kg|CLEAN|6.40|9.40|5.15|0.0092|2|60|
40-104|Drain cleaner, 1 l|CLEAN|1.95|2.95|1.25|0.0013|12|40|h
40-105|Glass cleaner, 750 ml|CLEAN|0.92|1.45|0.80|0.0012|12|50|
40-120|Dishwasher tabs, 60|CLEAN|5.20|7.60|1.20|0.0024|8|48|s
40-121|Dishwasher tabs, 70|CLEAN|5.70|8.30|1.35|0.0026|8|48|s
40-130|Hand soap refill, 5 l|CLEAN|5.10|7.40|5.20|0.0062|4|40|
50-101|Toilet paper 3-ply, 10 rolls|CARE|2.45|3.55|1.10|0.0170|8|20|
50-102|Kitchen towels, 4 rolls|CARE|1.70|2.55|0.85|0.0140|8|20|
50-103|Toothpaste, 75 ml|CARE|0.72|1.15|0.10|0.0002|24|80|
50-104|Razor blades, 8 pack|CARE|9.60|13.80|0.09|0.0003|24|80|
50-105|Shampoo, 300 ml|CARE|1.35|2.05|0.34|0.0005|12|80|
50-210|Nappies size 4, 44 pack|CARE|7.90|11.20|1.75|0.0120|4|30|s
50-220|Kitchen foil, 30 m|CARE|1.15|1.75|0.40|0.0012|24|50|s
60-101|Riesling dry, 0.75 l|ALC|3.60|5.40|1.25|0.0014|6|80|a
60-102|London dry gin, 0.7 l|ALC|8.90|12.90|1.20|0.0013|6|80|a
60-103|Pilsner, 24 x 0.33 l|ALC|9.20|13.20|14.60|0.0240|1|50|a
77-120|Oat drink barista, 1 l|PLANT|1.18|1.75|1.05|0.0011|12|60|bs
77-121|Oat drink organic, 1 l|PLANT|1.26|1.85|1.05|0.0011|12|60|b
77-130|Soya drink natural, 1 l|PLANT|0.98|1.45|1.05|0.0011|12|60|b
R-9|Surface disinfectant concentrate, 5 l|CLEAN|21.00|31.50|5.60|0.0065|4|30|rh
R-10|Rodent bait blocks, 10 kg|CLEAN|38.00|56.00|10.40|0.0140|1|40|rhu
90-001|Delivery to upper floor|SERVICE|12.00|18.00|0|0|1|1|v
"""

TAX_FOOD_GROUPS = ("DRY", "CHILL", "PLANT")


@dataclass(frozen=True)
class Product:
    """One product with its cost and list price in euro per base unit."""

    sku: str
    description: str
    group: str
    cost: Decimal
    price: Decimal
    kg: Decimal
    m3: Decimal
    box: Decimal
    pallet: Decimal
    flags: str

    @property
    def ordinary(self) -> bool:
        """Whether any order of the book may take it: no story, alcohol, restriction or end."""
        return not set("sarxuiv") & set(self.flags)

    def factor(self, uom: str) -> Decimal:
        """Base units in one unit of measure."""
        return {"EA": Decimal(1), "BOX": self.box, "PAL": self.box * self.pallet}[uom]


def _product(line: str) -> Product:
    sku, text, group, *numbers, flags = line.split("|")
    cost, price, kg, m3, box, pallet = map(dec, numbers)
    return Product(sku, text, group, cost, price, kg, m3, box, pallet, flags)


PRODUCTS = {p.sku: p for p in map(_product, _RANGE.strip().splitlines())}

_STATUS = {"x": "blocked", "u": "run_out", "i": "inactive"}


def _status(product: Product) -> str:
    return next((_STATUS[f] for f in product.flags if f in _STATUS), "active")


def _add_product(book: Book, product: Product) -> None:
    flags = product.flags
    book.add(
        "products", sku=product.sku, description=product.description,
        product_group=product.group, base_uom="EA", weight_kg=product.kg, volume_m3=product.m3,
        unit_cost=product.cost, cost_currency="EUR", stocked="v" not in flags,
        batch_tracked="b" in flags, pack_qty=product.box,
        restricted_class="BIOCIDE" if "r" in flags else None,
        min_age=18 if "a" in flags else None, hazard_class="8" if "h" in flags else None,
        temperature_band="2-7" if "c" in flags else "ambient", status=_status(product),
    )  # fmt: skip


def add_products(book: Book) -> None:
    """Writes products and how many base units a box and a pallet hold."""
    for product in PRODUCTS.values():
        _add_product(book, product)
        if "v" in product.flags:
            continue
        for uom in ("BOX", "PAL"):
            if product.factor(uom) > 1:
                book.add("uom_conversions", sku=product.sku, from_uom=uom, to_uom="EA",
                         factor=product.factor(uom))  # fmt: skip
