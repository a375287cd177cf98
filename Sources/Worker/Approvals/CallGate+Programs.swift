import Checkpoints
import Digests
import Gateway
import JobModel
import Storage
import Workflow

/// What people decide about calls that a program makes itself.
extension CallGate {
    /// How much of a call's digest tells it from others, in hexadecimal digits.
    private static let keyDigits = 10

    /// Whether any rule asks what the job has cost.
    var asksForCost: Bool { rules.contains { $0.cost != nil } }

    /// What becomes of a call of a model, or of a named step.
    ///
    /// - Parameter spent: What the job's model calls have cost so far; nil when that is not known.
    /// - Throws: `Suspension` while people have to decide.
    func verdict(on call: JudgedCall, spent: MicroDollars?) async throws -> JudgedCall.Verdict {
        guard let rule = rule(for: call, spent) else { return .pass(nil) }
        let request = Self.request(for: call)
        let key = Hex.encode(call.key.bytes).prefix(Self.keyDigits)
        let decision = try await decision(
            on: ApprovalStore.Question(
                kind: .call,
                position: "\(StepPosition.gatewayPrefix)approval/\(key)#\(call.occurrence)",
                fingerprint: call.key.bytes,
                title: call.title,
                request: request,
                digest: ApprovalDigest.of(.call, request),
                terms: rule.terms
            ),
            about: call.arguments,
            asking: { Self.request(for: call.with($0)) },
            under: { self.rule(for: call.with($0), spent) }
        )
        let approval = decision.approval
        guard approval.state == .approved else { return .denied("\(call.name) is not approved: \(approval.denial)") }
        try await desk.spend(approval)
        // What was approved is what people saw, and what a program asks for may differ by the time of day.
        let approved = approval.proposal ?? approval.request["arguments"] ?? .null
        guard approved != call.arguments else { return .pass(nil) }
        desk.log.event(
            decision.editor.map { "approval \(approval.id): \(call.name) is called as \($0) changed it" }
                ?? "approval \(approval.id): \(call.name) is called as it was approved; what tools returned differs now"
        )
        return .pass(approved)
    }

    private func rule(for call: JudgedCall, _ spent: MicroDollars?) -> ApprovalRule? {
        rules.first { rule in
            let isAbout =
                switch call.kind {
                case .model: rule.isAbout(model: call.name)
                case .step: rule.isAbout(step: call.name)
                case .unknown: false
                }
            guard isAbout else { return false }
            if let effect = rule.effect, effect != call.effect { return false }
            // A price that is not known may be any.
            if let cost = rule.cost, let spent, spent < cost { return false }
            return holds(rule.when, [.arguments: call.arguments])
        }
    }

    private static func request(for call: JudgedCall) -> JSONValue {
        switch call.kind {
        case .model: ["model": .string(call.name), "arguments": call.arguments, "schema": ["type": "object"]]
        // The program does it, with what it has: nothing else can be put there.
        case .step, .unknown:
            [
                "step": .string(call.name), "arguments": call.arguments, "effect": .string(call.effect.rawValue),
                "schema": ["const": call.arguments],
            ]
        }
    }
}

extension JudgedCall {
    /// What people are asked about.
    fileprivate var title: String {
        guard kind == .model else { return "do step \(name)" }
        return "call \(name)" + (name.hasSuffix("/") ? " (the request names no model)" : "")
    }

    /// The same call with other arguments, which may name another model.
    fileprivate func with(_ arguments: JSONValue) -> JudgedCall {
        var call = self
        call.arguments = arguments
        if kind == .model, let model = arguments["model"]?.stringValue, arguments["model"] != self.arguments["model"] {
            call.name = "\(name.prefix { $0 != "/" })/\(model)"
        }
        return call
    }
}
