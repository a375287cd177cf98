import Hummingbird
import JobModel
import Postgres
import Schedules
import Storage

/// Starts, shows, pauses, cancels and retries backfills.
struct BackfillRoutes: Sendable {
    /// The most due times of one backfill.
    static let maximumItems = 100_000
    private static let defaultMostActive: Int64 = 4

    private let pool: PostgresPool
    private let schedules: ScheduleStore
    private let starter: ScheduleStarter
    private let store: BackfillStore
    private let runs: RunStore
    private let audit: AuditNotes

    init(pool: PostgresPool, audit: AuditNotes) {
        self.audit = audit
        self.pool = pool
        schedules = ScheduleStore(pool)
        starter = ScheduleStarter(pool)
        store = BackfillStore(pool)
        runs = RunStore(pool)
    }

    var endpoints: [Endpoint] {
        [
            Endpoint("/v1/backfills", [.post: add, .get: list]),
            Endpoint("/v1/backfills/{backfill}", [.get: show]),
            Endpoint("/v1/backfills/{backfill}/pause", [.post: { try await setPaused(true, $0, $1) }]),
            Endpoint("/v1/backfills/{backfill}/resume", [.post: { try await setPaused(false, $0, $1) }]),
            Endpoint("/v1/backfills/{backfill}/cancel", [.post: cancel]),
            Endpoint("/v1/backfills/{backfill}/retry", [.post: retry]),
        ]
    }

    private func add(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let workflow = try members.text("workflow")
        let name = try members.text("schedule")
        let (from, to) = (try members.text("from"), try members.text("to"))
        let newestFirst = try members.optionalBool("newest_first") ?? false
        let again = try members.optionalBool("again") ?? false
        let isTrial = try members.optionalBool("dry_run") ?? false
        let limit = members.optionalValue("limit").map { $0.integerValue ?? 0 } ?? Self.defaultMostActive
        let reason = try members.reason()
        try members.finish()
        guard (1...10_000).contains(limit) else { throw Problem(.badRequest, "\"limit\" goes from 1 to 10000") }
        let answer = try await pool.transaction { connection -> (Int64?, [String]) in
            guard let schedule = try await schedules.lock(workflow: workflow, name: name, on: connection) else {
                throw ScheduleRoutes.notFound(workflow, name)
            }
            let rule = try await starter.rule(version: schedule.version, workflow: workflow, schedule: name)
            let dues = try Self.dues(of: rule, from: from, to: to)
            guard !isTrial else { return (nil, dues.map { Moment.text($0, in: rule.zone) }) }
            let added = try await store.add(
                dues,
                of: schedule,
                newestFirst: newestFirst,
                mostActive: Int(limit),
                again: again,
                on: connection
            )
            return (added.id, [])
        }
        guard let id = answer.0 else {
            return Response(json: ["dry_run": true, "due_times": .texts(newestFirst ? answer.1.reversed() : answer.1)])
        }
        try await audit.add(
            "backfill.start",
            on: "backfill \(id)",
            reason: reason,
            detail: ["schedule": .string("\(workflow)/\(name)"), "from": .string(from), "to": .string(to)]
        )
        return try await show(id, status: .created)
    }

    private static func dues(of rule: ScheduleRule, from: String, to: String) throws -> [Int] {
        guard let first = Moment.parse(from, in: rule.zone), let end = Moment.parse(to, in: rule.zone, endOfDay: true)
        else {
            throw Problem(.badRequest, "\"from\" and \"to\" are times, as 2026-03-29 or 2026-03-29T01:00:00Z")
        }
        guard first < end else { throw Problem(.badRequest, "\"to\" does not lie behind \"from\"") }
        var dues: [Int] = []
        var at = first - 1
        while let due = rule.next(after: at), due < end {
            guard dues.count < maximumItems else {
                throw Problem(.badRequest, "the range has more than \(maximumItems) due times; take a shorter one")
            }
            dues.append(due)
            at = due
        }
        guard !dues.isEmpty else { throw Problem(.badRequest, "nothing is due from \(from) to \(to)") }
        return dues
    }

    private func list(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        return Response(json: ["backfills": .array(try await store.list().map(\.json))])
    }

    private func show(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        return try await show(try id(context))
    }

    private func setPaused(
        _ isPaused: Bool,
        _ request: Request,
        _ context: BasicRequestContext
    ) async throws -> Response {
        let (id, reason) = try await act(request, context)
        guard try await store.setPaused(isPaused, id) else { throw Self.notActive(id) }
        try await audit.add(isPaused ? "backfill.pause" : "backfill.resume", on: "backfill \(id)", reason: reason)
        return try await show(id)
    }

    private func cancel(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (id, reason) = try await act(request, context)
        guard let active = try await store.cancel(id) else { throw Self.notActive(id) }
        for run in active { _ = try await runs.cancel(run) }
        try await audit.add("backfill.cancel", on: "backfill \(id)", reason: reason)
        return try await show(id)
    }

    private func retry(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (id, reason) = try await act(request, context)
        guard try await store.retry(id) > 0 else {
            throw Problem(.backfillNotActive, "backfill \(id) has no due time whose run failed")
        }
        try await audit.add("backfill.retry", on: "backfill \(id)", reason: reason)
        return try await show(id)
    }

    private func act(
        _ request: Request,
        _ context: BasicRequestContext
    ) async throws -> (id: Int64, reason: String?) {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let reason = try members.reason()
        try members.finish()
        return (try id(context), reason)
    }

    private func id(_ context: BasicRequestContext) throws -> Int64 {
        let text = context.parameters.get("backfill") ?? ""
        guard let number = Int64(text), number > 0 else {
            throw Problem(.badParameter, "a backfill is named by its number, not by \"\(text)\"")
        }
        return number
    }

    private func show(_ id: Int64, status: HTTPResponse.Status = .ok) async throws -> Response {
        guard let detail = try await store.list(id).first else {
            throw Problem(.backfillNotFound, "there is no backfill \(id); GET /v1/backfills lists them")
        }
        return Response(status: status, json: detail.json)
    }

    private static func notActive(_ id: Int64) -> Problem {
        Problem(.backfillNotActive, "backfill \(id) is not there or has ended already")
    }
}

extension BackfillDetail {
    /// The object `Backfill` of the API.
    fileprivate var json: JSONValue {
        [
            "id": .integer(id), "workflow": .string(workflow), "schedule": .string(schedule), "state": .string(state),
            "newest_first": .bool(newestFirst), "limit": .count(mostActive), "created_at": .time(createdAt),
            "due_times": .object(JSONObject(counts.map { ($0.state, .count($0.items)) })),
        ]
    }
}
