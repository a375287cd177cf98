package import JobModel
package import Postgres

/// Budgets, prices, and what the ledger adds up to.
package struct MoneyStore: Sendable {
    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    // MARK: Budgets

    /// Sets a budget, or another limit or mode of one that is there, and has the jobs that wait for it look again.
    ///
    /// A new one counts what was paid in its present period before, the calls that are under way, and those that are
    /// unknown. When it fails in between, `tellNews` does the rest.
    ///
    /// - Parameter run: The run whose budget, or whose job's, it is; nil for teams and connections.
    /// - Returns: The queues that have pending jobs by it; notify them.
    @discardableResult
    package func set(
        _ budget: Budget,
        of scope: Budget.Scope,
        _ name: String,
        per period: Budget.Period,
        run: RunID? = nil,
        noting note: AuditNote? = nil,
        now: String? = nil
    ) async throws -> [String] {
        let key: [PostgresParameter] = [.text(scope.rawValue), .text(name), .text(period.rawValue)]
        // A transaction of its own: calls go on while what lies before it is added up.
        let end = try await pool.pipeline([(Statement.lockBudgets, []), (Statement.readLedgerEnd, [])])[1].rows[0]
            .int64("entry_id")
        _ = try await pool.pipeline(
            [
                (
                    Statement.setBudget,
                    key + [
                        .integer(budget.limit.rawValue), .text(budget.mode.rawValue), .optional(run?.rawValue),
                        .optional(now), .integer(end),
                    ]
                ),
                (Statement.noteBudgetNews, key),
            ] + (note.map { [(Statement.addAudit, $0.parameters(now))] } ?? [])
        )
        // It is set; else everybody does this now and then.
        return (try? await tellNews(now: now)) ?? []
    }

    /// Has what a workflow file says of the budgets of a run and one of its jobs count, before a call of theirs does.
    ///
    /// - Parameter job: The job, where the file says something of its budget.
    package func found(_ bounds: PaidCall.Bounds, of run: RunID, _ job: JobID?) async throws {
        guard bounds.run != nil || bounds.job != nil else { return }
        _ = try await pool.query(
            Statement.foundBudgets,
            [
                .integer(run.rawValue), .optional(job?.rawValue), .optional(bounds.run?.limit.rawValue),
                .optional(bounds.run?.mode.rawValue), .optional(bounds.job?.limit.rawValue),
                .optional(bounds.job?.mode.rawValue), .null,
            ]
        )
    }

    /// Removes a budget, and has the jobs that wait for it look again.
    ///
    /// What a workflow file says of a run or job does not count any more either.
    ///
    /// - Returns: The queues that have pending jobs by it; nil when there is no such budget.
    package func removeBudget(
        of scope: Budget.Scope,
        _ name: String,
        per period: Budget.Period,
        noting note: AuditNote? = nil
    ) async throws -> [String]? {
        let key: [PostgresParameter] = [.text(scope.rawValue), .text(name), .text(period.rawValue)]
        let wasThere = try await pool.transaction { connection in
            _ = try await connection.query(Statement.lockBudgets)
            let removed = try await connection.query(Statement.removeBudget, key)
            _ = try await connection.query(Statement.noteBudgetNews, key)
            guard !removed.rows.isEmpty else { return false }
            try await note?.add(on: connection)
            return true
        }
        // It is gone; else everybody does this now and then.
        return wasThere ? (try? await tellNews()) ?? [] : nil
    }

    /// Resumes the jobs that wait for budgets which were set since, or are gone, and forgets them in the same transaction.
    ///
    /// Whoever sets or removes a budget does this behind it, and everybody now and then: who did may have died in between.
    ///
    /// - Parameter limit: How many jobs at most.
    /// - Returns: The queues that have pending jobs by it; notify them.
    @discardableResult
    package func tellNews(limit: Int = 1000, now: String? = nil) async throws -> [String] {
        let waiters = try await pool.query(Statement.readBudgetNews, [.integer(limit)]).rows
            .map { JobID(rawValue: try $0.int64("job_id")) }
        guard !waiters.isEmpty else { return [] }
        let results = try await pool.pipeline(
            QueueStore.resumption(of: waiters, now: now) + [
                (Statement.forgetBudgetNews, [.array(waiters.map(\.rawValue))])
            ]
        )
        return try results[1].rows.map { try $0.string("queue") }
    }

    /// The budgets of teams and connections, or those of a run and its jobs.
    package func budgets(of run: RunID? = nil, now: String? = nil) async throws -> [BudgetDetail] {
        try await pool.query(Statement.listBudgets, [.optional(run?.rawValue), .optional(now)]).rows
            .map(BudgetDetail.init(row:))
    }

    // MARK: Costs

    /// What the ledger adds up to.
    ///
    /// - Parameters:
    ///   - from: Only entries of that time or later.
    ///   - to: Only entries before that time.
    package func costs(
        by grouping: CostDetail.Grouping,
        from: Timestamp? = nil,
        to: Timestamp? = nil,
        team: String? = nil
    ) async throws -> [CostDetail] {
        try await pool.query(
            Statement.totalCosts,
            [.text(grouping.rawValue), .optional(from?.rawValue), .optional(to?.rawValue), .optional(team)]
        ).rows.map(CostDetail.init(row:))
    }

    // MARK: Prices

    /// A price that is in effect.
    package struct EffectivePrice: Equatable, Sendable {
        package let provider: String
        package let model: String
        package let price: ModelPrice
    }

    /// The prices that are in effect now, one for each provider and model.
    package func effectivePrices(now: String? = nil) async throws -> [EffectivePrice] {
        try await pool.query(Statement.readPrices, [.optional(now)]).rows.map { row in
            EffectivePrice(
                provider: try row.string("provider"),
                model: try row.string("model"),
                price: try row.price("price")
            )
        }
    }

    /// All prices that were set, also those of the past and of the future.
    package func prices() async throws -> [PriceDetail] {
        try await pool.query(Statement.listPrices).rows.map { row in
            PriceDetail(
                provider: try row.string("provider"),
                model: try row.string("model"),
                from: try row.timestamp("from_us"),
                price: try row.price("price")
            )
        }
    }

    /// Sets the price of a model from a time on, or from now.
    package func set(
        _ price: ModelPrice,
        of model: String,
        at provider: String,
        from: Timestamp? = nil,
        noting note: AuditNote? = nil,
        now: String? = nil
    ) async throws {
        try await pool.transaction { connection in
            _ = try await connection.query(
                Statement.setPrice,
                [
                    .text(provider), .text(model), .optional(from?.rawValue), .json(price.json.text()), .optional(now),
                ]
            )
            try await note?.add(on: connection)
        }
    }

    /// Removes all prices that were set for a model.
    ///
    /// - Returns: How many.
    package func removePrices(
        of model: String,
        at provider: String,
        noting note: AuditNote? = nil
    ) async throws -> Int {
        try await pool.transaction { connection in
            let removed = try await connection.query(Statement.removePrice, [.text(provider), .text(model)]).rows.count
            if removed > 0 { try await note?.add(on: connection) }
            return removed
        }
    }
}

extension PostgresRow {
    /// A price as it is kept beside calls.
    func price(_ column: String) throws -> ModelPrice {
        guard let price = ModelPrice(json: try json(column)) else {
            throw PostgresError.badValue(column: column, expected: "a price")
        }
        return price
    }
}

extension BudgetDetail {
    /// A row of `list_budgets`.
    init(row: PostgresRow) throws {
        self.init(
            scope: try row.word("scope"),
            name: try row.string("name"),
            period: try row.word("period"),
            budget: Budget(limit: try row.money("limit_micro_usd"), mode: try row.word("mode")),
            paid: try row.money("paid_micro_usd"),
            unknown: try row.money("unknown_micro_usd"),
            reserved: try row.money("reserved_micro_usd"),
            endsAt: try row.optionalTimestamp("ends_us")
        )
    }
}

extension CostDetail {
    /// A row of `total_costs`.
    fileprivate init(row: PostgresRow) throws {
        self.init(
            name: try row.string("name"),
            calls: try row.int("calls"),
            unknownCalls: try row.int("unknown_calls"),
            paid: try row.money("paid_micro_usd"),
            unknown: try row.money("unknown_micro_usd"),
            reserved: try row.money("reserved_micro_usd"),
            saved: try row.money("saved_micro_usd"),
            estimatedCalls: try row.int("estimated"),
            unpricedCalls: try row.int("unpriced"),
            overruns: try row.int("overruns")
        )
    }
}
