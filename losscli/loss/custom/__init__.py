"""Losses of the user's own, records like any other: from a formula, a Python file, an installed package."""

from losscli.loss.custom.define import define
from losscli.loss.custom.files import check_sound, from_file, paths_in, without_paths
from losscli.loss.custom.installed import GROUP, installed
