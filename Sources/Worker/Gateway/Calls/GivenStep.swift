package import Checkpoints
package import JobModel

/// The result that a fork was given for a step which a program named.
package struct GivenStep: Equatable, Sendable {
    package let position: StepPosition
    package let fingerprint: Fingerprint
    package let result: JSONValue

    package init(position: StepPosition, fingerprint: Fingerprint, result: JSONValue) {
        self.position = position
        self.fingerprint = fingerprint
        self.result = result
    }
}

extension GivenStep {
    /// The name that the program gave the step.
    var name: String {
        let label = position.description.split(separator: "#", maxSplits: 1).first ?? ""
        return String(label.dropFirst(StepPosition.namedPrefix.count))
    }

    /// The step as it is recorded, as if the program had done it.
    var finished: FinishedStep {
        FinishedStep(
            position: position,
            fingerprint: fingerprint,
            kind: .step,
            startedAt: .now,
            endedAt: .now,
            request: .string(name),
            result: result,
            carries: ["step": .string(name)]
        )
    }

    var json: JSONValue {
        ["position": .string(position.description), "fingerprint": .string(fingerprint.hex), "result": result]
    }

    init?(json: JSONValue) {
        guard let position = json["position"]?.stringValue.flatMap({ StepPosition($0) }),
            let fingerprint = json["fingerprint"]?.stringValue.flatMap({ Fingerprint(hex: $0) }),
            let result = json["result"]
        else { return nil }
        self.init(position: position, fingerprint: fingerprint, result: result)
    }
}
