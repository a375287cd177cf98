import JobModel
import Schedules
import Workflow

/// What becomes of a schedule that is due; times in seconds since 1970.
enum ScheduleDecision: Equatable {
    /// How late a due time may be looked at that is not to be made up for.
    static let graceSeconds = 60

    /// A run starts for the due time; the next one may wait in line already.
    case start(due: Int, next: Int?, nextIsQueued: Bool = false)
    /// The due time is left out, since an earlier run is under way.
    case skip(due: Int, next: Int?)
    /// What was missed is left out.
    case pass(next: Int?)
    /// The due time waits for the end of the first of the runs, which may have to be cancelled.
    case wait(due: Int, cancels: Bool)

    /// Decides by the policies of a schedule.
    ///
    /// - Parameters:
    ///   - due: The due time that comes next.
    ///   - now: The time by the database's clock.
    ///   - isQueued: Whether the due time waits for the end of runs, or has waited, so that it counts as late by policy.
    init(_ schedule: ScheduleDefinition, _ rule: ScheduleRule, due: Int, now: Int, isActive: Bool, isQueued: Bool) {
        // Later due times may be past already that still wait for their jitter.
        let settled = now - Int(schedule.jitter.components.seconds)
        var newest: Int { rule.latest(after: due - 1, notAfter: settled) ?? due }
        var target = due
        var next: Int? { rule.next(after: target) }
        if isQueued {
            if schedule.overlap == .cancelRunning { target = newest }
        } else {
            switch schedule.catchup {
            case .all: break
            case .latest: target = newest
            case .none:
                // What is later than that still has its jitter before it.
                guard let first = rule.next(after: max(due, settled - Self.graceSeconds) - 1),
                    first <= max(due, settled)
                else {
                    self = .pass(next: rule.next(after: max(due, settled)))
                    return
                }
                target = first
            }
        }
        guard isActive else {
            self =
                switch schedule.overlap {
                case .queueOne where isQueued: .start(due: target, next: rule.next(after: max(settled, target)))
                // The line goes on: those behind it came while a run was under way, and not while nobody looked.
                case .queueAll where isQueued:
                    .start(due: target, next: next, nextIsQueued: next.map { $0 <= now } ?? false)
                case .allow, .skip, .queueOne, .queueAll, .cancelRunning: .start(due: target, next: next)
                }
            return
        }
        switch schedule.overlap {
        case .allow: self = .start(due: target, next: next)
        case .skip: self = .skip(due: target, next: next)
        case .queueOne, .queueAll: self = .wait(due: target, cancels: false)
        case .cancelRunning: self = .wait(due: target, cancels: true)
        }
    }
}
