"""A small company around one order: every kind of evidence that an approval may rest on."""

from __future__ import annotations

import csv
import io
from pathlib import Path

ORDER = "SO-1"
AS_OF = "2026-03-02T09:00:00+01:00"
APPROVER = "u.lead"
SECOND = "u.boss"
Rows = list[dict[str, str]]

_TABLES = {
    "customers": """customer_id,name,tier,priority,country,currency,payment_terms_days,blocked_scope,status,price_list_id,ship_complete,accepts_substitutes,timezone,sales_owner
CU-1,Alder Foods,B,3,DE,EUR,30,none,active,PL1,false,always,Europe/Berlin,u.sales
CU-2,Birch Retail,A,1,DE,EUR,30,none,active,PL1,false,ask,Europe/Berlin,u.sales""",
    "credit_accounts": """customer_id,company_id,credit_limit,currency,limit_valid_to,manual_hold,overdue_grace_days,include_open_orders
CU-1,C1,500000,EUR,2026-12-31,auto,0,true
CU-2,C1,50000,EUR,2026-12-31,auto,0,true""",
    "invoices": """invoice_id,kind,company_id,customer_id,issued_on,due_on,amount,open_amount,currency,posted
IN-1,invoice,C1,CU-1,2026-02-10,2026-03-20,900.00,900.00,EUR,true
IN-2,invoice,C1,CU-2,2026-02-10,2026-03-20,700.00,700.00,EUR,true""",
    "payments": """payment_id,customer_id,company_id,received_on,amount,unapplied_amount,currency,status
PAY-1,CU-1,C1,2026-02-25,300.00,300.00,EUR,cleared
PAY-2,CU-2,C1,2026-02-25,100.00,100.00,EUR,cleared""",
    "orders": """order_id,company_id,customer_id,ordered_at,requested_on,promised_on,status,currency,payment_terms_days,baseline_terms_days,prices_include_tax,tax_rate,site_id,route_id,ship_complete,channel,created_by,version,pricing_on,remark
SO-1,C1,CU-1,2026-02-27T10:00:00+01:00,2026-03-06,2026-03-06,blocked,EUR,30,30,false,0,D01,R1,false,edi,u.sales,1,2026-02-27,ring before delivery
SO-2,C1,CU-1,2026-02-26T10:00:00+01:00,2026-03-10,2026-03-10,open,EUR,30,30,false,0,D02,R2,false,edi,u.sales,1,2026-02-26,
SO-3,C1,CU-2,2026-02-26T10:00:00+01:00,2026-03-10,2026-03-10,open,EUR,30,30,false,0,D02,R2,false,edi,u.sales,1,2026-02-26,""",
    "order_lines": """order_id,line_no,sku,uom,ordered_qty,shipped_qty,invoiced_qty,cancelled_qty,unit_price,price_uom,discount_pct,price_source,remark
SO-1,10,SKU-1,EA,6000,0,0,0,10.00,EA,0,price_list,
SO-1,20,SKU-2,EA,100,0,0,0,10.00,EA,0,price_list,
SO-2,10,SKU-5,EA,10,0,0,0,10.00,EA,0,price_list,
SO-3,10,SKU-5,EA,20,0,0,0,10.00,EA,0,price_list,""",
    "order_charges": """order_id,charge_no,kind,amount,tax_rate
SO-1,1,freight,50.00,0
SO-3,1,freight,20.00,0""",
    "products": """sku,description,product_group,base_uom,weight_kg,volume_m3,unit_cost,cost_currency,batch_tracked,restricted_class,status
SKU-1,Oat drink,DRINKS,EA,0.1,0.001,6.00,EUR,false,,active
SKU-2,Bitter 40,SPIRITS,EA,0.1,0.001,6.00,EUR,true,SPIRIT,active
SKU-3,Bitter 38,SPIRITS,EA,0.1,0.001,6.00,EUR,false,SPIRIT,active
SKU-5,Crackers,SNACKS,EA,0.1,0.001,6.00,EUR,false,,active""",
    "sites": """site_id,name,company_id,timezone,country,working_weekdays
D01,North depot,C1,Europe/Berlin,DE,"1,2,3,4,5"
D02,South depot,C1,Europe/Berlin,DE,"1,2,3,4,5\"""",
    "calendar_days": """site_id,day,working,note
D02,2026-03-20,false,fair""",
    "stock": """site_id,sku,batch_id,on_hand_qty,blocked_qty
D01,SKU-1,,9000,0
D01,SKU-2,B1,60,0
D01,SKU-3,,500,0
D02,SKU-5,,400,0""",
    "batches": """sku,batch_id,received_on,expires_on,status
SKU-2,B1,2026-01-10,2027-01-10,released""",
    "reservations": """reservation_id,order_id,line_no,site_id,sku,qty,consumed_qty,status,reserved_at
RS-1,SO-2,10,D02,SKU-5,10,0,active,2026-02-26T10:00:00+01:00""",
    "supplies": """supply_id,kind,sku,to_site_id,open_qty,expected_on,confirmed
SU-1,purchase,SKU-2,D01,200,2026-03-12,true
SU-2,purchase,SKU-5,D02,200,2026-03-12,true""",
    "substitutes": """sku,substitute_sku,customer_id,factor,quality_ok,approval_required,price_rule,valid_from,valid_to
SKU-2,SKU-3,,1,true,false,lower,2026-01-01,2026-12-31""",
    "prices": """price_id,kind,name,sku,price_list_id,currency,uom,min_qty,unit_price,valid_from,valid_to,date_basis
PR-1,price_list,List 2026,SKU-1,PL1,EUR,EA,1,10.00,2026-01-01,2026-12-31,order
PR-2,price_list,List 2026,SKU-2,PL1,EUR,EA,1,10.00,2026-01-01,2026-12-31,order
PR-5,price_list,List 2026,SKU-5,PL1,EUR,EA,1,10.00,2026-01-01,2026-12-31,order""",
    "price_overrides": "override_id,order_id,line_no,old_price,new_price,currency,reason,requested_by,approved_by,approval_id,at",
    "fx_rates": """from_currency,to_currency,valid_on,rate
EUR,USD,2026-01-01,1.10
GBP,SEK,2026-01-01,13.10""",
    "routes": """route_id,site_id,name,cutoff_time,cutoff_days_before,lead_days,delivery_weekdays
R1,D01,City,14:00,0,1,"1,2,3,4,5"
R2,D02,South,14:00,0,1,"1,2,3,4,5\"""",
    "route_runs": """run_id,route_id,departs_on,status,capacity_kg,capacity_m3,capacity_stops,used_kg,used_m3,used_stops
RR-03,R1,2026-03-03,open,9000,90,20,100,1,5
RR-05,R1,2026-03-05,open,9000,90,20,100,1,5
RR-12,R1,2026-03-12,open,9000,90,20,100,1,5
RR-90,R2,2026-03-09,open,9000,90,20,100,1,5""",
    "compliance_checks": """check_id,kind,customer_id,sku,country,list_name,list_version,result,checked_on,valid_to,licence_no,licence_qty_left
CK-1,denied_party,CU-1,,DE,EU-CFSP,2026-02,clear,2026-02-15,2026-12-31,,
CK-2,denied_party,CU-2,,DE,EU-CFSP,2026-02,clear,2026-02-15,2026-12-31,,
CK-3,licence,CU-1,,DE,,,clear,2026-02-15,2026-12-31,L-77,5000""",
    "approvals": "approval_id,order_id,line_no,order_version,action,amount,currency,requested_by,approved_by,role,decision,decided_at,expires_at,condition",
    "holds": """hold_id,order_id,line_no,code,reason,stage,placed_at,placed_by,forced,status
H-1,SO-1,,APR-VALUE,value,ship,2026-02-27T11:00:00+01:00,svc.erp,false,active""",
    "customer_notes": """note_id,customer_id,order_id,written_at,author,channel,text
N-1,CU-1,SO-1,2026-02-27T12:00:00+01:00,u.sales,phone,asks for Friday""",
    "staff": """user_id,person_id,name,roles,company_id,site_id,approval_limit,currency
u.sales,P-1,Sam Sales,sales_operations,C1,,100000,USD
u.lead,P-2,Lee Lead,sales_operations,C1,,900000,USD
u.boss,P-3,Bo Boss,executive,C1,,9000000,USD
u.cred,P-4,Kim Credit,credit_control,C1,,900000,USD
u.ware,P-5,Wes Ware,warehouse,C1,D01,900000,USD
u.spare,P-6,Ann Spare,warehouse,C1,D02,1000,USD""",
    "source_freshness": """table,source_system,extracted_at,rows
stock,ERP,2026-03-02T08:00:00+01:00,4""",
}  # fmt: skip


def tables() -> dict[str, Rows]:
    """The rows of every table, to change."""
    return {name: list(csv.DictReader(io.StringIO(text))) for name, text in _TABLES.items()}


def write(folder: Path, rows: dict[str, Rows]) -> None:
    """Write the tables as CSV; a table without rows keeps its header."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, found in rows.items():
        header = _TABLES[name].splitlines()[0].split(",")
        columns = list(dict.fromkeys([*header, *(key for row in found for key in row)]))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(found)
