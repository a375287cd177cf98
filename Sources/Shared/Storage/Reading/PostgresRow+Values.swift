import JobModel
import Postgres

/// How the rows of the reading statements become values.
extension RunSummary {
    /// A row of `summarize_runs`.
    init(row: PostgresRow) throws {
        var counts: [JobState: Int] = [:]
        for state in JobState.allCases { counts[state] = try row.int(state.rawValue) }
        self.init(
            id: RunID(rawValue: try row.int64("run_id")),
            workflow: try row.string("workflow"),
            version: try row.int("version"),
            team: try row.string("team"),
            state: try row.word("state"),
            isCancelRequested: try row.bool("cancel_requested"),
            createdAt: try row.timestamp("created_us"),
            startedAt: try row.optionalTimestamp("started_us"),
            endedAt: try row.optionalTimestamp("ended_us"),
            params: try row.json("params"),
            jobCounts: counts,
            cost: try row.money("cost_micro_usd"),
            forkedFrom: try row.optionalInt64("forked_from").map(RunID.init(rawValue:))
        )
    }
}

extension RunTotals {
    /// The row of `total_run`.
    init(row: PostgresRow) throws {
        self.init(
            paidCalls: try row.int("paid"),
            replayedSteps: try row.int("replayed"),
            unknownCalls: try row.int("unknown"),
            paid: try row.money("paid_micro_usd"),
            saved: try row.money("saved_micro_usd"),
            isPriced: try row.bool("priced")
        )
    }
}

extension JobDetail {
    /// A row of `show_jobs`.
    init(row: PostgresRow, attempts: [AttemptDetail], steps: [StepDetail]) throws {
        self.init(
            id: try row.job,
            name: try row.string("name"),
            kind: try row.string("kind"),
            state: try row.word("state"),
            needs: try row.texts("needs"),
            queue: try row.string("queue"),
            attempts: attempts,
            steps: steps,
            error: try row.optionalJSON("error"),
            hasOutput: try row.bool("has_output"),
            items: try row.optionalJSON("items"),
            dueAt: try row.optionalTimestamp("due_us"),
            waiting: try Waiting(row: row)
        )
    }
}

extension JobDetail.Waiting {
    /// What a row of `show_jobs` says about a suspension; nil when the job is not suspended.
    fileprivate init?(row: PostgresRow) throws {
        guard try row.optionalString("waits_for") != nil else { return nil }
        self.init(
            thing: try row.word("waits_for"),
            detail: try row.optionalString("detail") ?? "",
            since: try row.timestamp("since_us")
        )
    }
}

extension AttemptDetail {
    /// A row of `show_attempts`.
    init(row: PostgresRow) throws {
        self.init(
            number: try row.int("attempt"),
            epoch: LeaseEpoch(rawValue: try row.int64("epoch")),
            state: try row.word("state"),
            worker: try Holder(row: row),
            startedAt: try row.optionalTimestamp("started_us"),
            endedAt: try row.optionalTimestamp("ended_us"),
            error: try row.optionalJSON("error"),
            replayed: Replayed(
                steps: try row.int("replayed_steps"),
                modelCalls: try row.int("replayed_model_calls"),
                saved: try row.money("saved_micro_usd"),
                damaged: try row.int("damaged")
            )
        )
    }
}

extension AttemptDetail.Holder {
    /// The worker's columns of a row of `show_attempts`; nil when its session is not there.
    fileprivate init?(row: PostgresRow) throws {
        guard let name = try row.optionalString("worker") else { return nil }
        self.init(
            session: SessionID(rawValue: try row.int64("session_id")),
            name: name,
            host: try row.string("host"),
            pid: try row.int("pid")
        )
    }
}

extension StepDetail {
    /// A row of `show_steps`.
    init(row: PostgresRow) throws {
        self.init(
            position: try row.string("position"),
            kind: try row.word("kind"),
            name: try row.string("name"),
            effect: try row.word("effect"),
            state: try row.word("state"),
            attempt: try row.int("attempt"),
            epoch: LeaseEpoch(rawValue: try row.int64("epoch")),
            usage: try row.optionalJSON("usage"),
            cost: try row.optionalInt64("cost_micro_usd").map(MicroDollars.init(rawValue:)),
            unknownCalls: try row.int("unknown_calls"),
            startedAt: try row.timestamp("started_us"),
            settledAt: try row.optionalTimestamp("settled_us"),
            error: try row.optionalString("error")
        )
    }
}

extension JobOutput {
    /// A row of `show_outputs`.
    init(row: PostgresRow) throws {
        let stored: StoredOutput?
        if let name = try row.optionalString("output_blob") {
            guard let blob = StoredBlob(name) else {
                throw PostgresError.badValue(column: "output_blob", expected: "DIGEST:LENGTH")
            }
            stored = .blob(blob)
        } else {
            stored = try row.optionalJSON("output").map(StoredOutput.inline)
        }
        let state: JobState? = try row.optionalString("state") == nil ? nil : try row.word("state")
        self.init(job: try row.string("name"), state: state, output: stored)
    }
}

extension LogLine {
    /// A row of `list_log_lines`.
    init(row: PostgresRow) throws {
        self.init(
            number: try row.int64("number"),
            job: try row.string("job"),
            attempt: try row.optionalInt("attempt"),
            at: try row.timestamp("at_us"),
            stream: try row.word("stream"),
            text: try row.string("line")
        )
    }
}

extension WorkerDetail {
    /// A row of `list_workers`.
    init(row: PostgresRow) throws {
        self.init(
            session: SessionID(rawValue: try row.int64("session_id")),
            name: try row.string("worker"),
            host: try row.string("host"),
            pid: try row.int("pid"),
            version: try row.string("version"),
            queues: try row.texts("queues"),
            labels: try row.texts("labels"),
            slots: try row.int("slots"),
            running: try row.int("running"),
            state: try row.word("state"),
            startedAt: try row.timestamp("started_us"),
            renewedAt: try row.timestamp("renewed_us"),
            endedAt: try row.optionalTimestamp("ended_us"),
            endReason: try row.optionalString("end_reason")
        )
    }
}

extension QueueDetail {
    /// A row of `list_queues`.
    init(row: PostgresRow) throws {
        self.init(
            name: try row.string("name"),
            pending: try row.int("pending"),
            running: try row.int("running"),
            delayed: try row.int("delayed"),
            blocked: try row.int("blocked"),
            suspended: try row.int("suspended"),
            held: try row.int("held"),
            isPaused: try row.bool("is_paused"),
            oldestPendingAt: try row.optionalTimestamp("oldest_pending_us")
        )
    }
}
