import Hummingbird
import JobModel
import Storage

/// How teams share the fleet.
struct WeightRoutes: Sendable {
    let weights: WeightStore
    let audit: AuditStore

    var endpoints: [Endpoint] { [Endpoint("/v1/weights", [.get: list, .put: set, .delete: remove])] }

    private func list(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        return Response(json: try await all())
    }

    private func set(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let team = try members.text("team")
        let weight = try members.optionalInteger("weight", in: 1...Int64(WeightStore.maximumWeight))
        try members.finish()
        guard let weight else { throw Problem(.badRequest, "the body lacks \"weight\", a whole number") }
        try await weights.set(Int(weight), of: team)
        try await note("weight.set", team, ["weight": .integer(weight)])
        return Response(json: try await all())
    }

    private func remove(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let team = try members.text("team")
        try members.finish()
        guard try await weights.remove(team) else {
            throw Problem(.weightNotFound, "no weight was set for the team \(team); GET /v1/weights lists them")
        }
        try await note("weight.remove", team, nil)
        return Response(json: try await all())
    }

    private func all() async throws -> JSONValue {
        let list = try await weights.all().map { entry in
            JSONValue.object(["team": .string(entry.team), "weight": .count(entry.weight)])
        }
        return ["weights": .array(list)]
    }

    private func note(_ action: String, _ team: String, _ detail: JSONValue?) async throws {
        guard let person = Person.current else { return }
        try await audit.add(actor: person.name, action: action, subject: "team \(team)", detail: detail)
    }
}
