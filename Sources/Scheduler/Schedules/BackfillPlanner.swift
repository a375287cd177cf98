import JobModel
import Postgres
import Schedules
import Storage

/// Finds what a backfill is to start runs for.
struct BackfillPlanner: Sendable {
    /// What is left of what was asked for.
    struct Planned {
        let plan: BackfillPlan
        /// How many have had a run, or are about to have one, and so are left out.
        var leftOut: Int
        /// How many of these the schedule is about to start itself.
        var leftToSchedule = 0
        /// What there is to be a run for each of, as people have it.
        let names: [String]
    }

    private let schedules: ScheduleStore
    private let starter: ScheduleStarter
    private let triggers: EventTriggerStore
    private let triggerStarter: EventTriggerStarter
    private let store: BackfillStore

    init(_ pool: PostgresPool) {
        schedules = ScheduleStore(pool)
        starter = ScheduleStarter(pool)
        triggers = EventTriggerStore(pool)
        triggerStarter = EventTriggerStarter(pool)
        store = BackfillStore(pool)
    }

    /// Locks the schedule or the trigger, and finds what is left to be started.
    ///
    /// - Throws: `Problem` for what is not there, or has nothing like that.
    func plan(_ request: BackfillRequest, on connection: PostgresConnection) async throws -> Planned {
        switch request.items {
        case .dueTimes(let name, let from, let to):
            return try await dueTimes(of: name, from: from, to: to, request, connection)
        case .partitions(let name, let partitions):
            return try await self.partitions(partitions, of: name, request, connection)
        }
    }

    private func dueTimes(
        of name: String,
        from: String,
        to: String,
        _ request: BackfillRequest,
        _ connection: PostgresConnection
    ) async throws -> Planned {
        guard let schedule = try await schedules.lock(workflow: request.workflow, name: name, on: connection) else {
            throw ScheduleRoutes.notFound(request.workflow, name)
        }
        let rule = try await starter.rule(
            version: schedule.version,
            workflow: request.workflow,
            schedule: name,
            on: connection
        )
        let dues = try Self.dues(of: rule, from: from, to: to, now: schedule.now.wholeSeconds)
        // The others the schedule starts itself.
        let behind = dues.filter { schedule.leavesOut($0) }
        var planned = try await left(
            of: .dueTimes(request.newestFirst ? behind.reversed() : behind, schedule),
            request,
            connection
        ) { Moment.text($0, in: rule.zone) }
        planned.leftToSchedule = dues.count - behind.count
        planned.leftOut += planned.leftToSchedule
        return planned
    }

    private func partitions(
        _ partitions: [String],
        of name: String,
        _ request: BackfillRequest,
        _ connection: PostgresConnection
    ) async throws -> Planned {
        guard let trigger = try await triggers.lock(workflow: request.workflow, name: name, on: connection) else {
            throw EventTriggerRoutes.notFound(request.workflow, name)
        }
        let (_, definition) = try await triggerStarter.definition(
            trigger.version,
            request.workflow,
            name,
            on: connection
        )
        guard !definition.assets.isEmpty else {
            throw Problem(
                .badRequest,
                "the trigger \"\(request.workflow)/\(name)\" goes by events, which have no partitions; "
                    + "those of assets have some"
            )
        }
        return try await left(
            of: .partitions(request.newestFirst ? partitions.reversed() : partitions, trigger),
            request,
            connection
        ) { "\($0)" }
    }

    private func left(
        of plan: BackfillPlan,
        _ request: BackfillRequest,
        _ connection: PostgresConnection,
        _ text: (Int) -> String
    ) async throws -> Planned {
        let left = request.again ? plan : try await store.left(of: plan, on: connection)
        let names: [String] =
            switch left {
            case .dueTimes(let dues, _): dues.map(text)
            case .partitions(let partitions, _): partitions
            }
        return Planned(plan: left, leftOut: plan.count - left.count, names: names)
    }

    /// The due times of a range that lie behind, in seconds since 1970.
    private static func dues(of rule: ScheduleRule, from: String, to: String, now: Int) throws -> [Int] {
        guard let first = Moment.parse(from, in: rule.zone), let end = Moment.parse(to, in: rule.zone, endOfDay: true)
        else {
            throw Problem(.badRequest, "\"from\" and \"to\" are times, as 2026-03-29 or 2026-03-29T01:00:00Z")
        }
        guard first < end else { throw Problem(.badRequest, "\"to\" does not lie behind \"from\"") }
        var dues: [Int] = []
        var at = first - 1
        while let due = rule.next(after: at), due < end, due <= now {
            guard dues.count < BackfillRequest.maximumItems else {
                throw Problem(
                    .badRequest,
                    "the range has more than \(BackfillRequest.maximumItems) due times; take a shorter one"
                )
            }
            dues.append(due)
            at = due
        }
        return dues
    }
}

extension DueSchedule {
    /// Whether it starts no run any more by itself for a due time that lies behind, in seconds since 1970.
    fileprivate func leavesOut(_ due: Int) -> Bool {
        guard !isPaused, let next = self.due else { return true }
        return due < next.wholeSeconds
    }
}
