"""All pages about money, as the application takes them: their routes, and where they stand."""

from typing import Final

from issuer.program.compensation.pages import (
    contract_routes,
    my_money_routes,
    people_routes,
    report_routes,
    run_routes,
    value_routes,
    year_routes,
)
from issuer.program.compensation.pages.table_routes import pay_tables

BLUEPRINTS: Final = (
    contract_routes.contract,
    my_money_routes.my_money,
    people_routes.pay_people,
    value_routes.pay_values,
    run_routes.running_pay,
    report_routes.pay_report,
    year_routes.pay_years,
    pay_tables,
)
NAVIGATION: Final = (
    *people_routes.NAVIGATION,
    *run_routes.NAVIGATION,
    *report_routes.NAVIGATION,
    *year_routes.NAVIGATION,
    *value_routes.NAVIGATION,
    *contract_routes.NAVIGATION,
    *my_money_routes.NAVIGATION,
)
