"""What a run found: frozen records, and their JSON. A figure that can be None has its reason beside it."""

from losscli.result.advice import Advice, Check, CheckRow, Finding, FiredRule, Listed
from losscli.result.agreement import Agreement, Dominance, MurphyCurve, Order
from losscli.result.breakdown import ClassScores, ConfusionMatrix, OutputScores
from losscli.result.changes import Changes, LossChange, MetricChange, Side, Unmatched
from losscli.result.common import Input, InputFile, Refused, RowCounts, RowKey, Warning_, finite
from losscli.result.comparison import (
    INFINITE,
    AreaComparison,
    Comparison,
    Cost,
    Curve,
    Difference,
    Discordant,
    Forecasts,
    Gate,
    LossPart,
    LossTable,
    LossValue,
    MetricTable,
    MetricValue,
    Model,
    ModelShare,
    Parts,
    PartValue,
    Resampling,
    Robustness,
    RowRecord,
    SelfCheck,
    is_infinite,
    planned,
    rests_on_few,
    would_decide,
)
from losscli.result.decomposition import Decomposition, Estimate, ReliabilityCurve
from losscli.result.fits import (
    Degradation,
    Downweighted,
    Fit,
    Fits,
    LearningCurve,
    PenaltyPath,
    Ranking,
    RankRow,
    Score,
    SeedSpread,
    Threshold,
    Tuned,
    Unranked,
)
from losscli.result.recorded import Recorded, recorded
from losscli.result.replicates import (
    StoredFigure,
    StoredMean,
    StoredReplicates,
    drawn_apart,
    mismatch,
    pack,
    unless_rounded,
    unpack,
)
from losscli.result.roles import ColumnRole, Roles
from losscli.result.slices import (
    AgainstBaseline,
    Friedman,
    ImanDavenport,
    Nemenyi,
    RankGap,
    RankTests,
    Slice,
    SliceDifference,
    Slices,
    SliceValue,
)
