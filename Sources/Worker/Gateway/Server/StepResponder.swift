import Checkpoints
import Hummingbird
import JobModel
import NIOCore
import Tools

/// Named steps over HTTP: look up, do, record.
///
/// ```
/// POST $CHASSIS_STEP_URL/NAME  {"effect": …, "input": …}        → {"state": "done", "result": …}
///                                                              or {"state": "run", "position": …, "idempotency_key": …}
///                                                              or 409 {"state": "unknown", …}
///                                                              or 403 {"state": "denied", …}
/// PUT  $CHASSIS_STEP_URL/NAME  {…the same…, "position": …, "result": …}   → {"state": "recorded"}
///                              {…the same…, "position": …, "error": TEXT} → {"state": "failed"}
///                              {…the same…, "position": …, "unknown_because": TEXT} → {"state": "unknown"}
/// ```
struct StepResponder: Sendable {
    /// What the paths of steps begin with; no connection is called so.
    static let path = "_step"

    /// The most that is kept of what a program says of a step that has no result, in bytes: 4 KiB.
    private static let longestReason = 4 << 10

    let attempt: GatewayAttempt
    /// That of the attempt.
    let token: String
    /// The connection on which the program asks.
    let channel: any Channel

    /// The name of the step that a request is about; nil for one that is about none.
    static func name(at target: String) -> String? {
        let path = target.prefix { $0 != "?" }.split(separator: "/", maxSplits: 1).map(String.init)
        guard path.first == Self.path, path.count > 1 else { return nil }
        return path[1].removingPercentEncoding
    }

    func answer(_ name: String, _ request: Request) async throws -> Response {
        let client = ClientTicket(on: channel, attempt.stores.hangUps)
        do {
            return try await answer(name, request, to: client)
        } catch {
            client.end()
            throw error
        }
    }

    private func answer(_ name: String, _ request: Request, to client: ClientTicket) async throws -> Response {
        let share = attempt.room.share()
        defer { withExtendedLifetime(share) {} }
        let bytes: [UInt8]
        do {
            bytes = try await GatewayResponder.body(of: request, share: share)
        } catch let refusal as GatewayRefusal where refusal.reason == .tooLarge && request.method == .put {
            await attempt.refusedResult(of: name.removingPercentEncoding, refusal)
            throw GatewayRefusal(.tooLarge, "\(refusal.message): no such result is kept; \(NamedStep.wayOut)")
        }
        let json: JSONValue
        do {
            json = bytes.isEmpty ? [:] : try JSONValue(parsing: bytes)
        } catch {
            throw GatewayRefusal(.invalid, "the body is no JSON: \(error)")
        }
        let step = try NamedStep(name: name.removingPercentEncoding, body: json)
        switch request.method {
        case .post: return try await ask(step, for: client)
        case .put: return try await settle(step, json, for: client)
        default: throw GatewayRefusal(.invalid, "ask for a step with POST, and record it with PUT")
        }
    }

    private func ask(_ step: NamedStep, for client: ClientTicket) async throws -> Response {
        let answer: GatewayAttempt.StepAnswer
        do {
            let result = ResultsUnderWay.Step(token: token, name: step.name)
            answer = try await attempt.ask(step, for: client) {
                await attempt.stores.results.end(of: result, for: channel)
            }
        } catch let refusal as GatewayRefusal where refusal.reason == .denied {
            return Response(403, ["state": "denied", "error": .string(refusal.message)], to: client)
        }
        switch answer {
        case .done(let result, let position):
            let answer: JSONValue = ["state": "done", "position": .string("\(position)"), "result": result]
            let bytes = answer.encoded()
            let share = attempt.answers.share()
            do {
                try share.take(bytes.count)
            } catch {
                client.writeFailed()
                throw error
            }
            return Response(
                status: .ok,
                headers: [.contentType: "application/json"],
                body: ResponseBody(bytes, share, client)
            )
        case .run(let position, let key):
            return Response(
                200,
                ["state": "run", "position": .string("\(position)"), "idempotency_key": .string(key)],
                to: client
            )
        case .unknown(let position, let reason):
            let message =
                "step \(step.name) may have happened: \(reason); its effect is once; see what happened, then: chassis retry \(attempt.job.run) --repeat-unknown"
            // Further attempts would come to the same, and whatever the program makes of it, a person decides.
            await attempt.stopped(by: JobFailure(code: "outcome-unknown", message: message, isPermanent: true))
            return Response(
                409,
                ["state": "unknown", "position": .string("\(position)"), "error": .string(message)],
                to: client
            )
        }
    }

    private func text(_ json: JSONValue?) -> String? {
        // Cut behind that: half a secret is not known as one.
        json?.stringValue.map { attempt.stores.redactor.redacted($0).bounded(toBytes: Self.longestReason) }
    }

    private func settle(_ step: NamedStep, _ json: JSONValue, for client: ClientTicket) async throws -> Response {
        guard let position = json["position"]?.stringValue.flatMap(StepPosition.init) else {
            throw GatewayRefusal(.invalid, "the body must name the position that the step was given")
        }
        if let reason = text(json["unknown_because"]) {
            try await attempt.doubted(step, at: position, because: reason)
            return Response(200, ["state": "unknown"], to: client)
        }
        let failure = text(json["error"])
        guard failure != nil || json["result"] != nil else {
            throw GatewayRefusal(.invalid, "the body must hold a result, or an error")
        }
        try await attempt.settle(step, at: position, result: json["result"] ?? .null, failure: failure, for: client)
        return Response(200, ["state": failure == nil ? "recorded" : "failed"], to: client)
    }
}

extension Response {
    fileprivate init(_ status: Int, _ json: JSONValue, to client: ClientTicket) {
        self.init(
            status: .init(code: status),
            headers: [.contentType: "application/json"],
            body: ResponseBody(json.encoded(), nil, client)
        )
    }
}

extension String {
    /// The text with every %XX replaced; one that is no UTF-8 then stays as it is.
    fileprivate var removingPercentEncoding: String {
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, let value = UInt8(String(Substring(digits)), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self) ?? self
    }
}
