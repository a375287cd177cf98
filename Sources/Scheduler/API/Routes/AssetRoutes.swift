import Hummingbird
import JobModel
import Postgres
import Storage
import Workflow

/// Takes updates of assets, and shows what is known of assets.
struct AssetRoutes: Sendable {
    /// How many partitions, and how many updates, are shown of an asset.
    private static let shown = 200

    private let assets: AssetStore
    private let triggers: EventTriggerStore
    private let events: EventRoutes

    init(pool: PostgresPool, events: EventRoutes) {
        assets = AssetStore(pool)
        triggers = EventTriggerStore(pool)
        self.events = events
    }

    var endpoints: [Endpoint] {
        [Endpoint("/v1/assets", [.get: list]), Endpoint("/v1/assets/**", [.get: show, .post: update])]
    }

    private func list(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        return Response(json: ["assets": .array(try await assets.list().map(\.json))])
    }

    private func show(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        let name = Self.name(context)
        let known = try await assets.list(named: name)
        let hearing = try await triggers.all(hearing: AssetName.event(of: name))
        guard !known.isEmpty || !hearing.isEmpty else {
            throw Problem(.assetNotFound, "nothing is known of an asset \"\(name)\"; GET /v1/assets lists them")
        }
        let updates = try await events.events.list(name: AssetName.event(of: name), limit: Self.shown)
        return Response(
            json: [
                "name": .string(name), "teams": .array(known.map(\.json)),
                "partitions": .array(try await assets.partitions(of: name, limit: Self.shown).map(\.json)),
                "updates": .array(updates.map(\.json)), "triggers": .array(hearing.map(\.json)),
            ]
        )
    }

    private func update(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let partition = try members.optionalText("partition")
        let metadata = members.optionalValue("metadata") ?? .null
        let team = try members.optionalText("team") ?? EventRoutes.defaultTeam
        let idempotencyKey = try members.optionalText("idempotency_key")
        let run = try members.optionalRun()
        try members.finish()
        let event: NewEvent
        do throws(ProductDefinition.Fault) {
            event = try ProductDefinition.update(
                of: Self.name(context),
                partition: partition,
                metadata: metadata,
                idempotencyKey: idempotencyKey
            )
        } catch {
            throw Problem(error)
        }
        return try await events.keep(event, team: team, source: "api", run: run)
    }

    /// The name of the asset, which is the rest of the path, slashes and all.
    ///
    /// No letter of a name needs encoding.
    private static func name(_ context: BasicRequestContext) -> String {
        context.parameters.getCatchAll().joined(separator: "/")
    }
}

extension AssetStore.Asset {
    /// One of the `assets` of the API.
    fileprivate var json: JSONValue {
        [
            "name": .string(name), "team": .string(team), "partitions": .count(partitions),
            "updates": .integer(updates), "last_event": .integer(lastEvent), "updated_at": .time(updatedAt),
        ]
    }
}

extension AssetStore.Partition {
    /// One of the `partitions` of an asset.
    fileprivate var json: JSONValue {
        [
            "partition": .optional(name), "team": .string(team), "updates": .integer(updates),
            "last_event": .integer(lastEvent), "updated_at": .time(updatedAt),
        ]
    }
}
