import TestSupport
import Testing

@testable import Client

@Suite(.timeLimit(.minutes(5))) struct BackfillCommandTests {
    @Test func saysWhatWouldStartAndWhyNothingDoes() async throws {
        let scheduler = await FakeScheduler.start()
        let words = ["backfill", "w", "--from", "2026-01-01", "--to", "2026-01-02"]
        let trial = await scheduler.chassis(words + ["--dry-run"])
        #expect(trial.status == .success && trial.output == "0 runs would start; nothing was started: a dry run\n")
        let real = await scheduler.chassis(words)
        #expect(real.status == .conflict && real.output.isEmpty, "\(real)")
        #expect(real.errors == "chassis: the schedule \"w/cron\" is due at no time [backfill-empty]\n")
        await scheduler.process.killAndWait()
    }
}
