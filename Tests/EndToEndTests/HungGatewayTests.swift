import Gateway
import Glibc
import JobModel
import TestSupport
import Testing

/// A gateway that neither answers nor ends, as one that was stopped does.
@Suite struct HungGatewayTests {
    @Test(.timeLimit(.minutes(2))) func isGivenUpAndAnotherOneIsStarted() async throws {
        let folder = Folder()
        // Its command line tells it from the gateways of other tests.
        let program = folder.path + "/chassis-worker"
        #expect(symlink(Programs.path("chassis-worker"), program) == 0)
        let host = GatewayHost(
            GatewaySettings(postgres: Secret(try await TestDatabase.migrated()), store: folder.directory("store")),
            program: program,
            patience: .seconds(3)
        )
        let first = try await host.open(Self.job(1), connections: [], reads: false)
        let hung = try #require(Descendants.marked(program).first)
        kill(hung, SIGSTOP)
        while !Descendants.isStopped(hung) { await Task.yield() }
        // Whoever comes meanwhile waits for the first one, and gets the next gateway.
        await #expect(throws: GatewayError.gone) { try await host.open(Self.job(2), connections: [], reads: false) }
        await #expect(throws: GatewayError.gone) { try await host.close(first, isLast: true) }
        let third = try await host.open(Self.job(3), connections: [], reads: false)
        #expect(third.port != first.port)
        #expect(Descendants.marked(program).count == 2)
        #expect(try await host.close(third, isLast: true).underWay == 0)
        // Once it goes on, its worker is gone, and so it ends.
        kill(hung, SIGCONT)
        while Descendants.isRunning(hung) { await Task.yield() }
        await host.stop()
        while !Descendants.marked(program).isEmpty { await Task.yield() }
        folder.remove()
    }

    private static func job(_ number: Int64) -> GatewayJob {
        GatewayJob(
            run: RunID(rawValue: number),
            job: JobID(rawValue: number),
            epoch: LeaseEpoch(rawValue: 1),
            attempt: 1
        )
    }
}
