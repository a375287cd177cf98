import JobModel
import Postgres
import TestSupport
import Testing

/// Programs that are killed, and ask otherwise than before.
@Suite(.serialized) struct GatewayDivergenceTests {
    private struct Outcome {
        let match: JSONValue?
        let log: String
        /// The heads of the calls in the transcript.
        let heads: [String]
        let billed: Int
        /// What the last attempt did not do again.
        let replayed: PostgresRow
    }

    /// - Parameters:
    ///   - what: What differs: `result` or `question`.
    ///   - padding: How much stands behind a result.
    private static func outcome(of what: String, turns: Int, padding: Int = 0) async throws -> Outcome {
        let scene = try await GatewayScene.make()
        let scheduler = await scene.fleet.scheduler()
        let worker = scene.worker("worker")
        let file = scene.fleet.directory + "/killed"
        let words = ["otherwise", "hello [run:rude turns:\(turns)]", file, what, "\(padding)"]
        let run = try await scene.submit("rude", run: RudeOutcome.program(words))
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let transcript = await scene.fleet.chassis(["transcript", "\(run)"], at: scheduler)
        let outcome = Outcome(
            match: try JSONValue(parsing: try await scene.output(of: run))["match"],
            log: try await scene.log(of: run),
            heads: transcript.split(separator: "\n").filter { $0.hasPrefix("gateway/fake#") }.map(String.init),
            billed: try await scene.bill(of: "rude").count,
            replayed: try await scene.fleet.pool.query(
                "SELECT steps, model_calls FROM chassis.replay ORDER BY epoch DESC LIMIT 1"
            ).rows[0]
        )
        await worker.killAndWait()
        await scheduler.killAndWait()
        await scene.close()
        return outcome
    }

    @Test(.timeLimit(.minutes(5))) func anotherQuestionIsANewCallAndTheLogSaysSo() async throws {
        let outcome = try await Self.outcome(of: "question", turns: 1)
        #expect(outcome.match == "diverged")
        let line = "call gateway/fake#3 (fake) took another way than before: diverged"
        #expect(outcome.log.contains(line), "\(outcome.log)")
        let sum = "through the gateway: 1 calls made, 2 steps replayed; 1 calls diverged"
        #expect(outcome.log.contains(sum), "\(outcome.log)")
        #expect(!outcome.log.contains("drifted"), "\(outcome.log)")
        #expect(outcome.heads.filter { $0.contains("diverged") }.count == 1, "\(outcome.heads)")
        #expect(outcome.heads.last?.hasSuffix("diverged in epoch 2") == true, "\(outcome.heads)")
        #expect(outcome.billed == 3)
        // A step that the program named is no call.
        #expect(try outcome.replayed.int("steps") == 2 && outcome.replayed.int("model_calls") == 1)
    }

    /// However long the request is: beyond 16 KiB it is kept beside its record.
    @Test(.timeLimit(.minutes(5)), arguments: [0, 20_000])
    func anotherResultOfAToolIsServedAndTheLogSaysWhereItDiffers(_ padding: Int) async throws {
        let outcome = try await Self.outcome(of: "result", turns: 2, padding: padding)
        #expect(outcome.match == "drifted")
        let text = String(repeating: "x", count: padding)
        // Of each side, 120 characters are shown.
        func shown(_ word: String) -> String {
            let whole = "\"at \(word)\(text)\""
            return whole.count > 120 ? whole.prefix(120) + "…" : whole
        }
        let line =
            "call gateway/fake#2 (fake) was served from its record, drifted: messages differ at their end: "
            + "[1].content: \(shown("noon")) became \(shown("night"))"
        #expect(outcome.log.contains(line), "\(outcome.log)")
        #expect(!outcome.log.contains("diverged"), "\(outcome.log)")
        #expect(outcome.billed == 2)
        #expect(try outcome.replayed.int("steps") == 3 && outcome.replayed.int("model_calls") == 2)
    }
}
