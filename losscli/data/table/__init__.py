"""Files, and columns in memory → Table: exact values, or an error that names file, line, column and value."""

from losscli.data.table.facts import (
    BLOCK,
    MAX_NUMBERS,
    MAX_VALUES,
    Column,
    ColumnType,
    Limits,
    ReadOptions,
    Table,
    block_count,
)
from losscli.data.table.first_bad import first_bad, number_at, unusable
from losscli.data.table.frames import read_frame
from losscli.data.table.join import align, beside, check_same, coded, distinct, take_rows
from losscli.data.table.listing import files_of, is_several, path_stem, size_on_disk
from losscli.data.table.read import read
from losscli.data.table.remote import is_remote, without_secrets
