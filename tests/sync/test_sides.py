"""The core knows no connection, and the connections know no sync: each names the two vendors itself, alike."""

from connections.api.vendor import Vendor
from sync.core.records.employee import Side


def test_a_side_of_the_core_is_a_vendor_of_the_connections():
    assert {side.name: side.value for side in Side} == {vendor.name: vendor.value for vendor in Vendor}
