import HTTPTransport
import JobModel
import Settings

/// Where a program inside a command job asks for named steps.
struct StepEndpoint: Sendable {
    /// What the gateway says of a step.
    enum Answer: Equatable, Sendable {
        case done(output: String)
        case run(position: String, idempotencyKey: String)
        case unknown(String)
        /// People have denied it, for this reason.
        case denied(String)
    }

    private let url: String
    private let token: String
    private let step: JSONObject

    /// - Throws: `ClientError.usage` outside of a command job.
    init(
        name: String,
        effect: Effect,
        unknown: UnknownPolicy,
        command: [String],
        _ environment: [String: String]
    ) throws(ClientError) {
        guard let url = environment["CHASSIS_STEP_URL"], let token = environment["CHASSIS_STEP_TOKEN"] else {
            throw .usage(
                "chassis step works inside a command job that has connections or \"steps: true\"; "
                    + "CHASSIS_STEP_URL is not set"
            )
        }
        let allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:"
        guard !name.isEmpty, name.count <= 80, name.allSatisfy({ allowed.contains($0) }) else {
            throw .usage("\"\(name)\" names no step; use 1 to 80 letters, digits or _ - . / :")
        }
        self.url = url + "/" + name
        self.token = token
        step = [
            "effect": .string(effect.rawValue), "unknown": .string(unknown.rawValue),
            "input": ["run": .array(command.map { .string($0) })],
            // So that the gateway sees when this process is killed, with its step in the middle.
            "process": RunningProcess.own?.json ?? .null,
        ]
    }

    /// Asks whether the step was done.
    func ask() async throws -> Answer {
        let (status, answer) = try await send("POST", step)
        switch (status, answer["state"]?.stringValue) {
        case (200, "done"):
            // A person who said what happened may have given the output alone.
            let result = answer["result"] ?? .null
            return .done(output: (result["output"] ?? result).stringValue ?? result.text())
        case (200, "run"):
            guard let position = answer["position"]?.stringValue, let key = answer["idempotency_key"]?.stringValue
            else { break }
            return .run(position: position, idempotencyKey: key)
        case (409, "unknown"): return .unknown(answer["error"]?.stringValue ?? "the step's outcome is unknown")
        case (403, "denied"): return .denied(answer["error"]?.stringValue ?? "the step is denied")
        default: break
        }
        throw refusal(status, answer)
    }

    /// Records what the step printed.
    func record(_ position: String, output: String) async throws {
        var body = step
        body["position"] = .string(position)
        body["result"] = ["output": .string(output)]
        try await settle(body)
    }

    /// Says that the step was not done.
    func record(_ position: String, failure: String) async throws {
        var body = step
        body["position"] = .string(position)
        body["error"] = .string(failure)
        try await settle(body)
    }

    /// Says that the step was done, and that its result cannot be kept, or that it may have been done.
    func doubt(_ position: String, because reason: String) async throws {
        var body = step
        body["position"] = .string(position)
        body["unknown_because"] = .string(reason)
        try await settle(body)
    }

    private func settle(_ body: JSONObject) async throws {
        let (status, answer) = try await send("PUT", body)
        guard status == 200 else { throw refusal(status, answer) }
    }

    private func send(_ method: String, _ body: JSONObject) async throws -> (Int, JSONValue) {
        var request = HTTPRequest(
            method: method,
            url: url,
            headers: ["Authorization": "Bearer " + token, "Content-Type": "application/json"],
            body: JSONValue.object(body).encoded()
        )
        // The gateway may have to wait for calls of an earlier attempt.
        request.stallTimeout = nil
        do {
            let response = try await HTTPClient.shared.send(request)
            return (response.status, try JSONValue(parsing: response.body))
        } catch let error as HTTPTransportError {
            throw ClientError.unreachable(address: url, reason: "\(error)")
        }
    }

    private func refusal(_ status: Int, _ answer: JSONValue) -> ClientError {
        .unsuccessful(answer["error"]?["message"]?.stringValue ?? "the gateway answered \(status)")
    }
}
