import Checkpoints
import Digests
import JobModel
import Storage
import Tools

/// What is written down before a step is run.
extension JobSteps {
    /// Writes the intent of a step, with its money where it costs some.
    func intend(_ step: StepRequest, _ identity: StepStore.Identity, _ charge: ModelCharge?) async throws {
        guard step.isPaid else { return try await intend(step, identity) }
        try await gate.reserve(identity, charge) { try checkBoundary() }
    }

    /// Writes the intent of a step, and spends the approval it runs under.
    private func intend(_ step: StepRequest, _ identity: StepStore.Identity) async throws {
        guard let approval = step.approval else {
            try await patience { try await store.intend(identity) }
            return
        }
        let isSpent = try await patience {
            try await store.intend(identity, under: approval.id, digest: approval.digest)
        }
        guard !isSpent else { return }
        guard lease.isHeld else { throw StorageError.leaseLost(job.id, job.epoch) }
        throw JobFailure(
            code: "approval-mismatch",
            message:
                "\(step.name) (step \(step.position)) was not run: approval \(approval.id) is not for what it would do",
            isPermanent: true
        )
    }

    func identity(of step: StepRequest, call: Int) -> StepStore.Identity {
        StepStore.Identity(
            job: job.id,
            epoch: job.epoch,
            attempt: job.attempt,
            position: step.position.description,
            kind: step.kind.rawValue,
            name: step.name,
            effect: step.effect,
            fingerprint: step.fingerprint.digest.bytes,
            call: call
        )
    }

    func calls(
        of step: StepRequest,
        _ identity: StepStore.Identity,
        _ charge: CurrentCharge
    ) -> StepCalls {
        StepCalls(
            idempotencyKey: idempotencyKey(of: step),
            check: { [self] in try checkBoundary() },
            noteFailure: { [self] reason, mayHaveHappened in
                try await patience {
                    try await store.settle(
                        job: job.id,
                        epoch: job.epoch,
                        position: identity.position,
                        call: charge.number,
                        as: .failed(backlog.redactor.redacted(reason)),
                        unknownCalls: mayHaveHappened ? 1 : 0
                    )
                }
            },
            begin: { [self] name, next in
                try checkBoundary()
                if let next { charge.value = next }
                charge.begin()
                var renamed = identity
                renamed.name = name
                renamed.call = charge.number
                try await intend(step, renamed, charge.value)
                try checkLease()
            }
        )
    }

    /// The same in every attempt, so that a provider or tool that honours it does nothing twice.
    func idempotencyKey(of step: StepRequest) -> String {
        "chassis-\(job.run)-\(job.id)-\(step.position)-\(step.fingerprint.hex.prefix(32))"
    }
}
