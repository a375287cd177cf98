import Checkpoints
import HTTPTransport
import JobModel
import Models
import Tools
import Workflow

/// Runs jobs of the kind http: one request, whose answer is the output.
struct HTTPHandler: JobHandler {
    let toolbox: Toolbox

    func run(_ context: JobContext) async throws -> JSONValue {
        guard case .http(let http) = context.definition.kind else { preconditionFailure("not an http job") }
        var call = HTTPCall(
            method: http.method,
            url: try context.evaluate { expressions throws(ExpressionError) in try http.url.url(in: expressions) }
        )
        call.headers = try http.headers.map { ($0.name, try context.text($0.value)) }
        let body = try context.evaluate { expressions throws(ExpressionError) in
            try http.body?.evaluate(in: expressions)
        }
        switch body {
        case nil: break
        case .string(let text): call.body = .text(text)
        case let value?: call.body = .json(value)
        }
        call.effect = http.effect
        let access = try access(to: http, call.url)
        var step = StepRequest(
            position: try .step(named: "http"),
            fingerprint: fingerprint(of: call, body: body, http),
            kind: .step,
            name: "\(http.method.rawValue) \(http.connection ?? "")",
            effect: http.effect,
            isPaid: false
        )
        step.evidence = ["method": .string(call.method.rawValue), "url": .string(call.url), "body": body ?? .null]
        step.unknown = http.unknown
        return try await context.steps.run(step) { [call, step] calls in
            var call = call
            if http.effect != .none { call.idempotencyKey = calls.idempotencyKey }
            context.steps.answerBegins(of: step.position)
            return try await send(call, http, access)
        }.value
    }

    private func access(to http: HTTPDefinition, _ url: String) throws -> HTTPAccess {
        if let connection = http.connection { return try toolbox.web(connection: connection, methods: [http.method]) }
        return HTTPAccess(target: .anywhere, methods: [http.method])
    }

    private func fingerprint(of call: HTTPCall, body: JSONValue?, _ http: HTTPDefinition) -> Fingerprint {
        Fingerprint(
            kind: .step,
            request: [
                "method": .string(call.method.rawValue), "url": .string(call.url), "body": body ?? .null,
                "headers": .array(call.headers.map { .string("\($0.name): \($0.value)") }),
                "connection": http.connection.map { .string($0) } ?? .null,
            ],
            after: nil
        )
    }

    private func send(_ call: HTTPCall, _ http: HTTPDefinition, _ access: HTTPAccess) async throws -> StepResult {
        let answer: HTTPAnswer
        do {
            answer = try await access.send(call)
        } catch let error as HTTPRefusal {
            throw StepFailure(
                failure: JobFailure(code: "http-refused", message: "nothing was sent: \(error)", isPermanent: true),
                unknownCalls: 0
            )
        } catch let error as HTTPRedirectFault {
            throw Self.failure(error, effect: http.effect)
        } catch let error as HTTPTransportError {
            throw Self.failure(error, effect: http.effect)
        }
        let isExpected = http.expect.isEmpty ? (200..<300).contains(answer.status) : http.expect.contains(answer.status)
        guard isExpected else {
            let text = String(answer.json.text().prefix(500))
            let isRefusal = (400..<500).contains(answer.status)
            let isTemporary = [408, 425, 429].contains(answer.status) || answer.status >= 500
            // Only a refusal says that nothing happened.
            let mayHaveHappened = http.effect == .once && (!isRefusal || answer.status == 408)
            throw StepFailure(
                failure: JobFailure(
                    code: "http-status",
                    message: "the answer was \(answer.status): \(text)",
                    isPermanent: !isTemporary && (isRefusal || http.effect == .once),
                    kind: JobFailure.Kind(status: answer.status),
                    retryAfter: RetryAfter.read(answer.headers)
                ),
                unknownCalls: mayHaveHappened ? 1 : 0
            )
        }
        return StepResult(value: answer.json)
    }

    /// What the job fails with when a request got no answer; one that is not allowed is not sent a second time either.
    static func failure(_ error: HTTPTransportError, effect: Effect) -> StepFailure {
        switch error {
        case .addressNotAllowed:
            StepFailure(
                failure: JobFailure(
                    code: "http-refused",
                    message: "nothing was sent: \(error); a connection with allow_private may name any address",
                    isPermanent: true
                ),
                unknownCalls: 0
            )
        case .invalidRequest:
            StepFailure(
                failure: JobFailure(code: "http-refused", message: "nothing was sent: \(error)", isPermanent: true),
                unknownCalls: 0
            )
        default:
            StepFailure(
                failure: JobFailure(code: "http-failed", message: "\(error)", kind: .network),
                unknownCalls: error.requestMayHaveArrived && effect != .none ? 1 : 0
            )
        }
    }

    /// What the job fails with when a request was carried out and answered with a redirect that cannot be followed.
    static func failure(_ error: HTTPRedirectFault, effect: Effect) -> StepFailure {
        StepFailure(
            failure: JobFailure(
                code: error.isRefusal ? "http-refused" : "http-failed",
                message: "\(error)",
                isPermanent: error.isRefusal,
                kind: error.isRefusal ? nil : .network
            ),
            unknownCalls: effect == .none ? 0 : 1
        )
    }
}
