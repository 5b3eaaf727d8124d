from .tables import AREAS as AREAS
from .tables import FOREST_COVER as FOREST_COVER
from .tables import TARGETS as TARGETS
from .tables import ZONES as ZONES
