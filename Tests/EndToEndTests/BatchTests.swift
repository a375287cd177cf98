import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Jobs whose calls are given to a provider's batches, with real workers that are killed.
@Suite struct BatchTests {
    /// Several jobs share one batch, hold no slot meanwhile, and pay its price.
    @Test(.timeLimit(.minutes(5))) func jobsShareABatchAndPayItsPrice() async throws {
        let scene = try await BatchScene.make(gather: "1h")
        // Waiting takes no slot: five jobs go through a worker of one.
        let first = scene.fleet.worker("first", arguments: ["--slots", "1"])
        let run = try await scene.submit("shared", ["", "", "", "", ""])
        try await scene.untilGiven(5, of: run)
        await first.killAndWait()
        scene.connect()
        let worker = scene.fleet.worker("second", arguments: ["--slots", "1"])
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(worker.output)")
        let bill = try await scene.bill(of: "shared")
        #expect(bill.batches.count == 1 && bill.paid.sorted() == (0..<5).map { "shared-\($0)" }, "\(bill)")
        #expect(try await scene.ledger(of: run) == [0, 5 * BatchScene.cost.rawValue, 0])
        let outputs = try await scene.fleet.pool.query(
            "SELECT output #>> '{}' AS text FROM chassis.done WHERE run_id = $1::bigint ORDER BY job_id",
            [.integer(run.rawValue)]
        ).rows.map { try $0.string("text") }
        #expect(outputs == (0..<5).map { "answer to shared-\($0)" })
        // The first claim, and one after the answer.
        #expect(
            try await scene.fleet.number("SELECT max(epoch) AS n FROM chassis.done WHERE run_id = $1::bigint", of: run)
                == 2
        )
        #expect(
            try await scene.fleet.number("SELECT count(*) AS n FROM chassis.batched_call WHERE $1::bigint > 0", of: run)
                == 0
        )
        await worker.killAndWait()
        await scene.close()
    }

    private static let places = [
        "before-intent", "batch-before-add", "batch-before-send", "batch-after-send", "batch-after-note",
        "batch-after-results", "batch-after-end", "after-answer",
    ]
    /// Behind either of them no later attempt passes the other.
    private static let lastPlace: [BatchScene.Provider: String] = [
        .openai: "after-checkpoint", .anthropic: "after-settlement",
    ]

    /// One job goes through a death at every place; the provider has one batch and is paid once.
    @Test(.timeLimit(.minutes(5)), arguments: BatchScene.Provider.allCases)
    func isNeverSentTwiceWhereverAWorkerDies(_ provider: BatchScene.Provider) async throws {
        let scene = try await BatchScene.make()
        let run = try await scene.submit("killed", of: provider)
        for place in Self.places + [Self.lastPlace[provider] ?? ""] {
            let victim = scene.worker(place, failpoint: place)
            #expect(await victim.ended() == .signalled(SIGKILL), "\(place): \(victim.output)")
        }
        let last = scene.worker("last")
        #expect(try await scene.fleet.end(of: run) == "succeeded", "\(last.output)")
        let bill = try await scene.bill(of: "killed")
        #expect(bill.batches.count == 1 && bill.paid == ["killed-0"], "\(bill)")
        #expect(try await scene.ledger(of: run) == [0, BatchScene.cost.rawValue, 0])
        await last.killAndWait()
        await scene.close()
    }

    /// The provider takes a batch and its answer is lost, or the batch shows up late: it is found in the list.
    @Test(.timeLimit(.minutes(5)), arguments: BatchScene.Provider.allCases)
    func findsABatchWhoseAnswerWasLost(_ provider: BatchScene.Provider) async throws {
        let scene = try await BatchScene.make(doubt: "1m")
        let worker = scene.worker("only")
        var runs: [(String, RunID)] = []
        for play in ["lost", "late", "refuse"] {
            runs.append((play, try await scene.submit(play, [play], of: provider)))
            // In a batch of its own.
            _ = try await scene.fleet.wait(
                for: runs[runs.count - 1].1,
                until:
                    "SELECT FROM chassis.batched_call JOIN chassis.job USING (job_id) WHERE run_id = $1::bigint AND state = 'sent'"
            )
        }
        for (play, run) in runs {
            #expect(try await scene.fleet.end(of: run) == "succeeded", "\(play): \(worker.output)")
            let bill = try await scene.bill(of: play)
            #expect(bill.batches.count == 1 && bill.paid == ["\(play)-0"], "\(bill)")
            #expect(try await scene.ledger(of: run) == [0, BatchScene.cost.rawValue, 0])
        }
        await worker.killAndWait()
        await scene.close()
    }

    /// What goes wrong at the provider, with what it costs.
    @Test(.timeLimit(.minutes(5)), arguments: BatchScene.Provider.allCases)
    func endsInAClearState(_ provider: BatchScene.Provider) async throws {
        let scene = try await BatchScene.make()
        let worker = scene.worker("only")
        for (play, code) in [("expire", "batch-expired"), ("bad", "model")] {
            let run = try await scene.submit(play, [play], of: provider)
            #expect(try await scene.fleet.end(of: run) == "failed", "\(worker.output)")
            #expect(try await scene.fleet.error(of: run).contains(code))
            #expect(try await scene.ledger(of: run) == [0, 0, 0], "\(play)")
        }
        // The usage cannot be: it counts as the most that the call can have cost.
        let wild = try await scene.submit("wild", ["wild"], of: provider)
        #expect(try await scene.fleet.end(of: wild) == "succeeded", "\(worker.output)")
        let estimated = try await scene.fleet.number(
            "SELECT count(*) AS n FROM chassis.ledger WHERE run_id = $1::bigint AND is_estimated",
            of: wild
        )
        #expect(estimated == 1)

        // Nobody knows what became of the call: a person decides, and meanwhile its most counts.
        let garbage = try await scene.submit("garbage", ["garbage"], of: provider)
        _ = try await scene.fleet.wait(
            for: garbage,
            until: "SELECT FROM chassis.waiting WHERE run_id = $1::bigint AND waits_for = 'effect'"
        )
        let ledger = try await scene.ledger(of: garbage)
        #expect(ledger[0] == 0 && ledger[1] == 0 && ledger[2] > 0)
        let approvals = ApprovalStore(scene.fleet.pool)
        let question = try #require(try await approvals.approvals(isOpen: true, run: garbage).first)
        let saying = ApprovalStore.Saying(
            actor: "ann",
            verdict: .happened,
            digest: ApprovalDigest.of(.effect, question.request),
            proposal: ("it said so", ApprovalDigest.of(.effect, question.request, with: "it said so"))
        )
        await worker.killAndWait()
        let decided = try await approvals.decide(question.id, of: question.jobID, saying)
        #expect(decided?.state == .happened)
        // The answer is recorded, and the job goes on in another attempt.
        let victim = scene.worker("victim", failpoint: "before-end:1")
        #expect(await victim.ended() == .signalled(SIGKILL), "\(victim.output)")
        let last = scene.worker("last")
        #expect(try await scene.fleet.end(of: garbage) == "succeeded", "\(last.output)")
        // What a person says has no price: the most goes on counting.
        #expect(try await scene.ledger(of: garbage) == ledger)

        let gemini = try await scene.fleet.submit(
            "none",
            "name: none\njobs:\n  j: {llm: {model: gemini/fake, prompt: say it, batch: true}}",
            [.init(name: "j", kind: "llm")]
        )
        #expect(try await scene.fleet.end(of: gemini) == "failed")
        #expect(try await scene.fleet.error(of: gemini).contains("batch-unsupported"))
        await last.killAndWait()
        await scene.close()
    }

    /// A run that is cancelled has its batch cancelled at the provider; what was done by then is paid for.
    @Test(.timeLimit(.minutes(5)), arguments: BatchScene.Provider.allCases)
    func cancelsABatchThatNobodyWaitsFor(_ provider: BatchScene.Provider) async throws {
        let scene = try await BatchScene.make()
        let worker = scene.worker("only")
        for (play, paid) in [("hold", Int64(0)), ("done", BatchScene.cost.rawValue)] {
            let run = try await scene.submit(play, [play], of: provider)
            _ = try await scene.fleet.wait(
                for: run,
                until: """
                    SELECT FROM chassis.batch JOIN chassis.batched_call USING (batch_id) JOIN chassis.job USING (job_id)
                    WHERE run_id = $1::bigint AND provider_id IS NOT NULL
                    """
            )
            #expect(try await RunStore(scene.fleet.pool).cancel(run) != nil)
            #expect(try await scene.fleet.end(of: run) == "cancelled", "\(worker.output)")
            _ = try await scene.fleet.wait(
                for: run,
                until: """
                    SELECT WHERE NOT EXISTS (SELECT FROM chassis.batched_call JOIN chassis.job USING (job_id)
                                             WHERE run_id = $1::bigint)
                    """
            )
            #expect(try await scene.ledger(of: run) == [0, paid, 0], "\(play): \(worker.output)")
            let bill = try await scene.bill(of: play)
            #expect(bill.batches.count == 1 && bill.batches[0]["state"]?.stringValue != "in_progress", "\(bill)")
        }
        await worker.killAndWait()
        await scene.close()
    }
}
