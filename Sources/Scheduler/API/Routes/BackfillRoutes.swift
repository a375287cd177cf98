import Hummingbird
import JobModel
import Postgres
import Storage

/// Starts, shows, pauses, cancels and retries backfills.
struct BackfillRoutes: Sendable {
    private static let defaultLimit: Int64 = 200

    private let pool: PostgresPool
    private let planner: BackfillPlanner
    private let store: BackfillStore
    private let answer: AnswerToAct

    init(pool: PostgresPool, answer: AnswerToAct) {
        self.answer = answer
        self.pool = pool
        planner = BackfillPlanner(pool)
        store = BackfillStore(pool)
    }

    var endpoints: [Endpoint] {
        [
            Endpoint("/v1/backfills", [.post: add, .get: list]),
            Endpoint("/v1/backfills/{backfill}", [.get: show]),
            Endpoint("/v1/backfills/{backfill}/items", [.get: listItems]),
            Endpoint("/v1/backfills/{backfill}/pause", [.post: { try await setPaused(true, $0, $1) }]),
            Endpoint("/v1/backfills/{backfill}/resume", [.post: { try await setPaused(false, $0, $1) }]),
            Endpoint("/v1/backfills/{backfill}/cancel", [.post: cancel]),
            Endpoint("/v1/backfills/{backfill}/retry", [.post: retry]),
        ]
    }

    private func add(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let wanted = try await BackfillRequest.read(request)
        let (planned, id) = try await pool.transaction { connection in
            let planned = try await planner.plan(wanted, on: connection)
            guard !wanted.isTrial else { return (planned, Int64?.none) }
            guard planned.plan.count > 0 else { throw wanted.nothingToStart(planned) }
            let id = try await store.add(
                planned.plan,
                newestFirst: wanted.newestFirst,
                mostActive: wanted.mostActive,
                requester: Person.current?.name,
                on: connection
            )
            try await AuditNote.byPerson(
                "backfill.start",
                on: "backfill \(id)",
                reason: wanted.reason,
                detail: wanted.noted(planned.names.count)
            )?.add(on: connection)
            return (planned, id)
        }
        guard let id else {
            let key = if case .dueTimes = planned.plan { "due_times" } else { "partitions" }
            return Response(json: [
                "dry_run": true, key: .texts(planned.names), "left_out": .count(planned.leftOut),
            ])
        }
        let leftOut = JSONValue.count(planned.leftOut)
        let json = await answer.read(["id": .integer(id), "left_out": leftOut]) {
            var json = try await detail(id).json
            json["left_out"] = leftOut
            return json
        }
        return Response(status: .created, json: json)
    }

    private func list(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        return Response(json: ["backfills": .array(try await store.list().map { .object($0.json) })])
    }

    private func show(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        return try await show(try id(context))
    }

    private func listItems(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        var parameters = try AddressParameters(request)
        let state = try parameters.optionalWord("state", as: BackfillItem.State.self)
        let after = try parameters.optionalInteger("after", in: 0...Int64.max) ?? 0
        let limit = Int(try parameters.optionalInteger("limit", in: 1...1_000) ?? Self.defaultLimit)
        try parameters.finish()
        let id = try await detail(try id(context)).id
        let items = try await store.items(of: id, in: state, after: after, limit: limit)
        let next = items.count == limit ? items.last.map { JSONValue.integer($0.number) } : nil
        return Response(json: ["items": .array(items.map(\.json)), "next": next ?? .null])
    }

    private func setPaused(
        _ isPaused: Bool,
        _ request: Request,
        _ context: BasicRequestContext
    ) async throws -> Response {
        let (id, reason) = try await act(request, context)
        let note = Self.note(isPaused ? "pause" : "resume", id, reason)
        guard try await store.setPaused(isPaused, id, noting: note) else { throw try await notActive(id) }
        return await answer(id)
    }

    private func cancel(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (id, reason) = try await act(request, context)
        guard try await store.cancel(id, noting: Self.note("cancel", id, reason)) else {
            throw try await notActive(id)
        }
        return await answer(id)
    }

    private func retry(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (id, reason) = try await act(request, context)
        guard try await store.retry(id, noting: Self.note("retry", id, reason)) > 0 else {
            let id = try await detail(id).id
            throw Problem(.backfillNotActive, "nothing of backfill \(id) has failed or was refused")
        }
        return await answer(id)
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

    private static func note(_ act: String, _ id: Int64, _ reason: String?) -> AuditNote? {
        AuditNote.byPerson("backfill.\(act)", on: "backfill \(id)", reason: reason)
    }

    /// The backfill, once something was done to it.
    private func answer(_ id: Int64) async -> Response {
        Response(json: await answer.read(["id": .integer(id)]) { try await detail(id).json })
    }

    private func show(_ id: Int64) async throws -> Response {
        Response(json: .object(try await detail(id).json))
    }

    private func detail(_ id: Int64) async throws -> BackfillDetail {
        guard let detail = try await store.list(id).first else {
            throw Problem(.backfillNotFound, "there is no backfill \(id); GET /v1/backfills lists them")
        }
        return detail
    }

    /// - Throws: `Problem` when it is not even there.
    private func notActive(_ id: Int64) async throws -> Problem {
        Problem(.backfillNotActive, "backfill \(try await detail(id).id) has ended already, or is cancelled")
    }
}

extension BackfillRequest {
    /// What the audit log keeps of it.
    fileprivate func noted(_ count: Int) -> JSONValue {
        switch items {
        case .dueTimes(let schedule, let from, let to):
            [
                "schedule": .string("\(workflow)/\(schedule)"), "from": .string(from), "to": .string(to),
                "runs": .count(count),
            ]
        case .partitions(let trigger, let partitions):
            [
                "trigger": .string("\(workflow)/\(trigger)"), "first": .string(partitions[0]),
                "last": .string(partitions[partitions.count - 1]), "runs": .count(count),
            ]
        }
    }
}
