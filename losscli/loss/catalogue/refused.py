"""Losses that are known by name and never computed: no table with a target and a prediction per row holds
what they are functions of."""

from dataclasses import dataclass

from losscli.errors import UsageError

_PAIRS = "rows would have to come in pairs"
_EMBEDDINGS = "it compares embeddings of several examples"
_LISTS = "it judges the order of the documents of a query, not row by row"
_SEQUENCES = "it sums over all alignments of a sequence of outputs with a shorter one of labels"
_WEIGHTS = "it has weights of its own, a tree of clusters over the classes, which are trained with the model"
_CENSORED = "targets are intervals of time, open where a row is censored"
_RISK = "it is a function of all rows at risk at each event, and of which rows are censored"


@dataclass(frozen=True, slots=True)
class RefusedLoss:
    """elsewhere: its names in libraries; instead: what to do, where there is something."""

    name: str
    reason: str
    elsewhere: tuple[str, ...]
    instead: str = "See losscli losses"

    def error(self, name: str) -> UsageError:
        """Why a loss typed by this name is not computed."""
        called = name if name == self.name else f"{name} ({self.name})"
        return UsageError(f"{called} is not computed: {self.reason}", advice=self.instead)


REFUSED_LOSSES: tuple[RefusedLoss, ...] = (
    RefusedLoss(
        "margin_ranking",
        f"{_PAIRS}, with two scores each and which of them should be larger",
        ("MarginRankingLoss",),
        "With one column, the second score less the first, and a target of which is larger it is a hinge: "
        "--loss hinge",
    ),
    RefusedLoss(
        "triplet_margin",
        f"{_EMBEDDINGS}, an anchor, one like it and one unlike it",
        ("TripletMarginLoss", "TripletMarginWithDistanceLoss", "triplet_margin_loss"),
        "Distances of pairs can be judged: --loss hinge_embedding",
    ),
    RefusedLoss("ntxent", f"{_EMBEDDINGS}, each against all others of its batch", ("InfoNCE",)),
    RefusedLoss("circle", f"{_EMBEDDINGS}, each against all others of its batch", ("Circle", "CircleLoss")),
    RefusedLoss("ctc", _SEQUENCES, ("CTCLoss", "CTC", "ctc_loss")),
    RefusedLoss("ranking_softmax", _LISTS, ("ranking_softmax_loss",)),
    RefusedLoss(
        "pairwise_logistic",
        _LISTS,
        ("PairLogit", "PairLogitPairwise", "rank:pairwise"),
    ),
    RefusedLoss(
        "lambdarank",
        _LISTS,
        (
            "rank_xendcg",
            "rank:ndcg",
            "rank:map",
            "YetiRank",
            "YetiRankPairwise",
            "StochasticRank",
            "QueryRMSE",
            "QuerySoftMax",
        ),
    ),
    RefusedLoss("adaptive_log_softmax", _WEIGHTS, ("AdaptiveLogSoftmaxWithLoss",)),
    RefusedLoss("aft_nll", _CENSORED, ("survival:aft", "aft-nloglik", "SurvivalAft")),
    RefusedLoss("cox_partial_nll", _RISK, ("survival:cox", "cox-nloglik", "Cox", "cox")),
)


def refused_loss(name: str) -> RefusedLoss | None:
    """The record of that name, ours or a library's, in whatever case and with or without `_`; None where
    there is none."""
    wanted = _plain(name)
    known = ((one, other) for one in REFUSED_LOSSES for other in (one.name, *one.elsewhere))
    return next((one for one, other in known if _plain(other) in (wanted, f"{wanted}loss")), None)


def _plain(name: str) -> str:
    return name.lower().replace("_", "")
