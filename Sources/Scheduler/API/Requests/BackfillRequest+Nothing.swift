import JobModel

extension BackfillRequest {
    /// Why there is no backfill of what is asked for: nothing of it is left to be started.
    func nothingToStart(_ planned: BackfillPlanner.Planned) -> Problem {
        let leftOut = planned.leftOut
        let reason: String
        switch items {
        case .dueTimes(let schedule, let from, let to):
            guard leftOut > 0 else {
                return Problem(
                    .backfillEmpty,
                    "the schedule \"\(workflow)/\(schedule)\" was due at no time from \(from) to \(to); take a longer "
                        + "range ('chassis schedule next FILE --from TIME' shows when it is due)",
                    extras: ["left_out": .count(leftOut)]
                )
            }
            guard planned.leftToSchedule < leftOut else {
                return Problem(
                    .backfillEmpty,
                    "the schedule \"\(workflow)/\(schedule)\" is about to start what is due from \(from) to \(to) itself; "
                        + "take an earlier range, or pause it first",
                    extras: ["left_out": .count(leftOut)]
                )
            }
            let dues = leftOut == 1 ? "the one due time" : "all \(leftOut) due times"
            reason = "\(dues) of the schedule \"\(workflow)/\(schedule)\" from \(from) to \(to)"
        case .partitions(let trigger, _):
            let partitions = leftOut == 1 ? "the one partition" : "all \(leftOut) partitions"
            reason = "\(partitions) asked for of the trigger \"\(workflow)/\(trigger)\""
        }
        return Problem(
            .backfillEmpty,
            "\(reason) \(leftOut == 1 ? "has" : "have") had a run, or \(leftOut == 1 ? "is" : "are") in another backfill; "
                + "\"again\": true (--again) takes \(leftOut == 1 ? "it" : "them") too",
            extras: ["left_out": .count(leftOut)]
        )
    }
}
