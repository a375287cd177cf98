import Hummingbird
import JobModel
import Storage

/// How teams share the fleet.
struct WeightRoutes: Sendable {
    let weights: WeightStore
    let answer: AnswerToAct

    var endpoints: [Endpoint] { [Endpoint("/v1/weights", [.get: list, .put: set, .delete: remove])] }

    private func list(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        return Response(json: .object(try await all()))
    }

    private func set(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let team = try members.text("team")
        let weight = try members.optionalInteger("weight", in: 1...Int64(WeightStore.maximumWeight))
        let reason = try members.reason()
        try members.finish()
        guard let weight else { throw Problem(.badRequest, "the body lacks \"weight\", a whole number") }
        let detail: JSONValue = ["weight": .integer(weight)]
        try await weights.set(
            Int(weight),
            of: team,
            noting: AuditNote.byPerson("weight.set", on: "team \(team)", reason: reason, detail: detail)
        )
        return Response(json: await answer.read([:], all))
    }

    private func remove(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let team = try members.text("team")
        let reason = try members.reason()
        try members.finish()
        let note = AuditNote.byPerson("weight.remove", on: "team \(team)", reason: reason)
        guard try await weights.remove(team, noting: note) else {
            throw Problem(.weightNotFound, "no weight was set for the team \(team); GET /v1/weights lists them")
        }
        return Response(json: await answer.read([:], all))
    }

    private func all() async throws -> JSONObject {
        let list = try await weights.all().map { entry in
            JSONValue.object(["team": .string(entry.team), "weight": .count(entry.weight)])
        }
        return ["weights": .array(list)]
    }
}
