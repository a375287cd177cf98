import Hummingbird
import JobModel
import Settings
import Storage

/// Takes events, and shows them.
struct EventRoutes: Sendable {
    private static let defaultLimit: Int64 = 50
    static let defaultTeam = "default"

    let events: EventStore
    let dispatcher: EventDispatcher
    let clock: DatabaseClock
    let webhooks: [String: WebhookDefinition]
    let failpoints: SchedulerFailpoints

    var endpoints: [Endpoint] { [Endpoint("/v1/events", [.post: add, .get: list])] }

    /// Those that need no token, since their requests are signed.
    var openEndpoints: [Endpoint] { [Endpoint("/v1/webhooks/{webhook}", [.post: hear])] }

    private func add(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let name = try members.text("name")
        let key = try members.optionalText("key")
        let data = members.optionalValue("data") ?? .null
        let team = try members.optionalText("team") ?? Self.defaultTeam
        let idempotencyKey = try members.optionalText("idempotency_key")
        let run = try members.optionalRun()
        try members.finish()
        let event: NewEvent
        do throws(NewEvent.Fault) {
            event = try NewEvent(name: name, key: key, data: data, idempotencyKey: idempotencyKey)
        } catch {
            throw Problem(error)
        }
        return try await keep(event, team: team, source: "api", run: run)
    }

    /// Keeps an event and answers with it.
    ///
    /// - Parameter run: The run that tells of it, if one does.
    func keep(_ event: NewEvent, team: String, source: String, run: RunID? = nil) async throws -> Response {
        let kept = try await events.add(event, team: team, source: source, run: run)
        failpoints.reach(.afterEvent)
        if kept.isNew { dispatcher.wake() }
        return Response(status: kept.isNew ? .created : .ok, json: kept.event.json)
    }

    private func list(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        var parameters = try AddressParameters(request)
        let name = parameters.optionalText("name")
        let key = parameters.optionalText("key")
        let before = try parameters.optionalInteger("before", in: 1...Int64.max)
        let limit = try parameters.optionalInteger("limit", in: 1...200) ?? Self.defaultLimit
        try parameters.finish()
        let page = try await events.list(name: name, key: key, before: before, limit: Int(limit))
        return Response(json: ["events": .array(page.map(\.json))])
    }

    private func hear(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let name = context.parameters.get("webhook") ?? ""
        guard let webhook = webhooks[name] else {
            throw Problem(
                .webhookNotFound,
                "this scheduler knows no webhook \"\(name)\"; --event-webhooks names the file with them"
            )
        }
        let headers = request.headers
        let heard = WebhookRequest(webhook, body: try await JSONBody.bytes(request)) { name in
            HTTPFields.Element.Name(name).flatMap { headers[$0] }
        }
        let event: NewEvent
        do throws(any Error) {
            // Whoever does not know the secret has the database asked for nothing.
            if let time = try heard.verifySignature() {
                try heard.checkAge(of: time, now: try await clock.now().rawValue / 1_000_000)
            }
            if let challenge = heard.challenge() {
                return Response(status: .ok, json: ["challenge": .string(challenge)])
            }
            event = try heard.event()
        } catch let refusal as WebhookRefusal {
            throw Problem(refusal, webhook: name)
        }
        return try await keep(event, team: webhook.team, source: name)
    }
}
