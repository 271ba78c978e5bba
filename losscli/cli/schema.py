"""`losscli schema`: what is valid in the JSON that losscli writes."""

import json

from losscli.cli.output import show
from losscli.errors import ExitCode
from losscli.render.schemas import SCHEMAS
from losscli.verbs.options import SchemaFlags, check_word


def run(flags: SchemaFlags) -> int:
    """Print the JSON Schema of a result. Raises UsageError for a name that has none."""
    check_word(flags.result, SCHEMAS, "schema")
    show(json.dumps(SCHEMAS[flags.result](), ensure_ascii=True, indent=1) + "\n")
    return ExitCode.OK
