import Glibc
import JobModel
import Storage
import TestSupport
import Testing

/// A run is forked: the new one takes over what would be the same, and pays for the rest alone.
@Suite(.serialized) struct ForkedRunTests {
    @Test(.timeLimit(.minutes(5))) func paysNothingForARunThatStaysTheSame() async throws {
        let fleet = try await Fleet.make(turns: 5)
        let scheduler = await fleet.scheduler()
        let worker = fleet.worker("only")
        let run = try await fleet.submitAgent(effect: "once")
        #expect(try await fleet.end(of: run) == "succeeded")
        let (bill, notes) = (try fleet.bill().billed, try fleet.notes().count)
        let fork = try await Self.fork(run, [], fleet, scheduler)
        #expect(try await fleet.end(of: fork) == "succeeded", "\(scheduler.output)")
        #expect(try fleet.bill().billed == bill && bill == 5)
        #expect(try fleet.notes().count == notes)
        let diff = await fleet.chassis(["diff", "\(run)", "\(fork)"], at: scheduler)
        #expect(diff.contains("nothing differs but the money"), "\(diff)")
        await worker.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }

    /// The prompt is changed before the fourth turn; the worker dies in the middle of the fork and another goes on.
    @Test(.timeLimit(.minutes(5))) func paysForWhatComesAfterTheForkPointOnce() async throws {
        let fleet = try await Fleet.make(turns: 6)
        let scheduler = await fleet.scheduler()
        let first = fleet.worker("first")
        let run = try await fleet.submitAgent()
        #expect(try await fleet.end(of: run) == "succeeded")
        await first.killAndWait()
        #expect(try fleet.bill().billed == 6)
        let notes = try fleet.notes().count
        let fork = try await Self.fork(run, ["--at", "work:t0004", "--prompt", "be brief"], fleet, scheduler)
        let second = fleet.worker("second", failpoint: "after-checkpoint:3")
        #expect(await second.ended() == .signalled(SIGKILL))
        let third = fleet.worker("third")
        #expect(try await fleet.end(of: fork) == "succeeded", "\(scheduler.output)")
        // Turns four to six, and the tool calls of the fourth and fifth.
        #expect(try fleet.bill().billed == 9)
        #expect(try fleet.notes().count == notes + 2)
        let diff = await fleet.chassis(["diff", "\(run)", "\(fork)"], at: scheduler)
        #expect(diff.contains("+ user: be brief"), "\(diff)")
        let transcript = await fleet.chassis(["transcript", "\(fork)"], at: scheduler)
        #expect(transcript.contains("go through the items") && transcript.contains("be brief"), "\(transcript)")
        await third.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }

    @Test(.timeLimit(.minutes(5))) func takesAGivenResultInPlaceOfACall() async throws {
        let fleet = try await Fleet.make(turns: 4)
        let scheduler = await fleet.scheduler()
        let worker = fleet.worker("only")
        let run = try await fleet.submitAgent(effect: "once")
        #expect(try await fleet.end(of: run) == "succeeded")
        let notes = try fleet.notes().count
        let fork = try await Self.fork(run, ["--at", "work:t0002.1", "--result", "nothing to note"], fleet, scheduler)
        #expect(try await fleet.end(of: fork) == "succeeded", "\(scheduler.output)")
        // The call of the second turn is not made again, that of the third is.
        #expect(try fleet.notes().count == notes + 1)
        #expect(try fleet.bill().billed == 4 + 2)
        let transcript = await fleet.chassis(["transcript", "\(fork)", "work"], at: scheduler)
        #expect(transcript.contains("result: nothing to note"), "\(transcript)")
        await worker.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }

    /// The program is not run again, so its file lies with the run that ran it, also for a fork of the fork.
    @Test(.timeLimit(.minutes(5))) func showsAFileOfAJobThatIsNotRunAgain() async throws {
        let fleet = try await Fleet.make(turns: 1)
        let scheduler = await fleet.scheduler()
        let worker = fleet.worker("only")
        let source = """
            name: report
            jobs:
              extract:
                command: [sh, -c, "echo ran >> \(fleet.directory)/ran; printf abc > $CHASSIS_ARTIFACTS/report.pdf"]
              analyze:
                needs: [extract]
                agent: {model: model/scripted, prompt: "look [run:agent-test]", files: [extract/report.pdf]}
            """
        let jobs: [RunStore.NewJob] = [
            .init(name: "extract", kind: "command"), .init(name: "analyze", kind: "agent", needs: ["extract"]),
        ]
        var run = try await fleet.submit("report", source, jobs)
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        let bill = try fleet.bill().billed
        for _ in 0..<2 {
            run = try await Self.fork(run, [], fleet, scheduler)
            #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        }
        #expect(try fleet.bill().billed == bill)
        #expect(Fleet.read(fleet.directory + "/ran") == "ran\n")
        await worker.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }

    /// Forks a run by the command line, and returns the new one.
    private static func fork(
        _ run: RunID,
        _ arguments: [String],
        _ fleet: Fleet,
        _ scheduler: ChildProcess
    ) async throws -> RunID {
        let output = await fleet.chassis(["fork", "\(run)", "--json"] + arguments, at: scheduler)
        let id = try? JSONValue(parsing: output)["id"]?.integerValue
        return RunID(rawValue: try #require(id ?? nil, "\(output)"))
    }
}
