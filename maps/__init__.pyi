from maps.tables import AREAS as AREAS
from maps.tables import FOREST_COVER as FOREST_COVER
from maps.tables import TARGETS as TARGETS
from maps.tables import ZONES as ZONES
