from .commands.speech import settle_language as settle_language
from .rounding import RoundedTable as RoundedTable
from .rounding import round_table as round_table
from .rounding import round_to_total as round_to_total
