import Checkpoints
import Digests
import HTTPTransport
import JobModel

/// What people decide about, before the program may do it.
extension GatewayAttempt {
    /// How far apart a worker is asked again that cannot be reached.
    private static let pause = Duration.milliseconds(200)

    /// Notes that a call has to wait for something: its job is suspended when the program has ended, unless the program asks again
    /// and gets the call's answer before.
    func held(_ position: StepPosition, by suspension: Suspension) { holds[position] = suspension }

    /// Notes that the job must not go on, nor be tried again: nothing more is made or done for it.
    ///
    /// - Parameter reason: What the program is told, now and whatever it asks for next.
    func stopped(by failure: JobFailure, telling reason: GatewayRefusal.Reason = .stopped) {
        statistics.failure = failure
        stop = GatewayRefusal(reason, failure.message)
    }

    /// Has a call judged, and waits as long as that takes: when people have to decide first, the program is stopped.
    ///
    /// - Returns: What to do it with instead of its own arguments; nil when these are right.
    /// - Throws: `GatewayRefusal` when it must not be done.
    func judged(
        _ kind: JudgedCall.Kind,
        _ name: String,
        _ arguments: JSONValue,
        effect: Effect,
        key: SHA256Digest,
        at position: StepPosition
    ) async throws -> JSONValue? {
        let call = JudgedCall(
            kind: kind,
            name: name,
            arguments: arguments,
            effect: effect,
            key: key,
            occurrence: occurrences.number(of: position, key)
        )
        switch try await verdict(on: call) {
        case .pass(let approved): return approved
        case .denied(let reason): throw GatewayRefusal(.denied, reason)
        case .happened, nil: return nil
        }
    }

    /// Has people say whether a step happened whose outcome is unknown, and waits as long as that takes: the program is stopped.
    ///
    /// - Returns: Its result when it happened; nil when it may be done.
    func happened(_ step: NamedStep, at position: StepPosition) async throws -> JSONValue? {
        let call = JudgedCall(
            kind: .unknown,
            name: step.name,
            arguments: step.shownInput,
            effect: step.effect,
            key: step.fingerprint.digest,
            occurrence: 1,
            position: position
        )
        switch try await verdict(on: call) {
        case .happened(let result): return result
        case .pass: return nil
        // Nobody has said that it may be done.
        case .denied(let reason): throw GatewayRefusal(.stopped, reason)
        case nil: throw GatewayRefusal(.stopped, "nobody can be asked whether step \(step.name) happened")
        }
    }

    /// What the worker says of a call; nil where nobody judges.
    private func verdict(on call: JudgedCall) async throws -> JudgedCall.Verdict? {
        guard let judge = job.judge else { return nil }
        var request = HTTPRequest(method: "POST", url: judge.url.exposed, body: call.json.encoded())
        request.stallTimeout = nil
        while true {
            guard !isClosed else { throw Self.over }
            let answer: HTTPResponse
            do {
                answer = try await stores.client.send(request)
            } catch is HTTPTransportError {
                // The worker is about to end, and its programs with it.
                try await ContinuousClock().sleep(for: Self.pause)
                continue
            }
            if answer.status == 503 {
                // It has no room for the call now.
                try await ContinuousClock().sleep(for: Self.pause)
                continue
            }
            guard answer.status == 200, let json = try? JSONValue(parsing: answer.body),
                let verdict = JudgedCall.Verdict(json: json)
            else { throw GatewayRefusal(.stopped, "the job does not go on here") }
            return verdict
        }
    }
}
