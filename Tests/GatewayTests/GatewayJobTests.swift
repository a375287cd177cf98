import Checkpoints
import JobModel
import Testing

@testable import Gateway

@Suite struct GatewayJobTests {
    private static func reference(_ run: Int64) -> JobReference {
        JobReference(run: RunID(rawValue: run), job: JobID(rawValue: run * 10), part: .gateway)
    }

    /// The worker hands it to the gateway, a process of its own.
    @Test func isReadAsItWasWritten() throws {
        let position = try StepPosition.step(named: "gateway/step/charge", occurrence: 2)
        let fingerprint = Fingerprint(kind: .step, request: "charge", after: nil)
        let cut = JournalCut(run: RunID(rawValue: 1), epoch: LeaseEpoch(rawValue: 3), byteCount: 4711)
        for points in [
            [], [ForkPoint(source: Self.reference(2))],
            [
                ForkPoint(source: Self.reference(3), cut: cut), ForkPoint(source: Self.reference(2), through: position),
                ForkPoint(source: Self.reference(1)),
            ],
        ] {
            let job = GatewayJob(
                run: RunID(rawValue: 4),
                job: JobID(rawValue: 40),
                epoch: LeaseEpoch(rawValue: 5),
                attempt: 2,
                fork: ForkPoint(line: points),
                given: GivenStep(position: position, fingerprint: fingerprint, result: ["paid": .null])
            )
            #expect(GatewayJob(json: job.json) == job)
            #expect(job.fork?.origins.count == (points.isEmpty ? nil : points.count - 1))
        }
    }

    @Test func recordsAGivenResultAsIfTheProgramHadDoneTheStep() throws {
        let position = try StepPosition.step(named: "gateway/step/a/b", occurrence: 2)
        let fingerprint = Fingerprint(kind: .step, request: "x", after: nil)
        let step = GivenStep(position: position, fingerprint: fingerprint, result: "given").finished
        #expect(step.position == position && step.fingerprint == fingerprint && step.result == "given")
        #expect(step.request == "a/b" && step.carries == ["step": "a/b"])
    }
}
