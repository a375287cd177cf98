import Hummingbird
import JobModel
import Prices
import Storage
import Workflow

/// Budgets, prices, and what was paid.
struct MoneyRoutes: Sendable {
    let money: MoneyStore
    let reader: RunReader
    let versions: ChildStore
    let notifier: ReadyNotifier
    let answer: AnswerToAct

    var endpoints: [Endpoint] {
        [
            Endpoint("/v1/budgets", [.get: budgets, .put: setBudget, .delete: removeBudget]),
            Endpoint("/v1/costs", [.get: costs]),
            Endpoint("/v1/prices", [.get: prices, .put: setPrice, .delete: removePrices]),
        ]
    }

    // MARK: Budgets

    private func budgets(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        var parameters = try AddressParameters(request)
        let run = try parameters.optionalInteger("run", in: 1...Int64.max).map(RunID.init)
        try parameters.finish()
        if let run, try await reader.summary(of: run) == nil { throw Problem.runNotFound(run) }
        return Response(json: ["budgets": .array(try await money.budgets(of: run).map(\.json))])
    }

    private func setBudget(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let subject = try BudgetSubject(&members)
        let limit = try members.amount("limit_micro_usd")
        let mode = try members.optionalWord("mode", as: Budget.Mode.self) ?? .hard
        let reason = try members.reason()
        try members.finish()
        let place = try await subject.place(reader)
        try allow(subject, place.team)
        let queues = try await money.set(
            Budget(limit: limit, mode: mode),
            of: subject.scope,
            place.name,
            per: subject.period,
            run: place.run?.id,
            noting: AuditNote.byPerson(
                "budget.set",
                on: subject.description,
                run: place.run?.id,
                reason: reason,
                detail: ["limit_micro_usd": .money(limit), "mode": .word(mode)]
            )
        )
        notifier.notify(queues)
        return await answerBudgets(of: place)
    }

    private func removeBudget(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let subject = try BudgetSubject(&members)
        let reason = try members.reason()
        try members.finish()
        let place = try await subject.place(reader)
        try allow(subject, place.team)
        try await findBudget(of: subject, at: place)
        let note = AuditNote.byPerson("budget.remove", on: subject.description, run: place.run?.id, reason: reason)
        let removed = try await money.removeBudget(of: subject.scope, place.name, per: subject.period, noting: note)
        guard let queues = removed else {
            throw Problem(
                .budgetNotFound,
                "there is no budget of \(subject.scope.rawValue) \(subject.name) per \(subject.period.rawValue); "
                    + "GET /v1/budgets lists them"
            )
        }
        notifier.notify(queues)
        return await answerBudgets(of: place)
    }

    /// The budgets, once something was done to one.
    private func answerBudgets(of place: BudgetSubject.Place) async -> Response {
        Response(
            json: await answer.read([:]) {
                ["budgets": .array(try await money.budgets(of: place.run?.id).map(\.json))]
            }
        )
    }

    /// Has what the workflow file says of a run or job be a budget, as its first call would: then it can be removed before that.
    private func findBudget(of subject: BudgetSubject, at place: BudgetSubject.Place) async throws {
        guard let run = place.run,
            let source = try await versions.source(of: run.workflow, version: run.version),
            // What this version cannot read any more says nothing that it could remove.
            let definition = try? WorkflowFile.parse(Array(source.utf8), name: run.workflow, isKept: true)
        else { return }
        let job = place.job == nil ? nil : definition.job(named: subject.name)
        // Each item of a mapped job has a budget of its own, and no name.
        guard job?.flow.map == nil else { return }
        let bounds = PaidCall.Bounds(run: subject.scope == .run ? definition.budget : nil, job: job?.budget)
        try await money.found(bounds, of: run.id, place.job)
    }

    /// Refuses whoever may not decide about a budget: a token for some teams is for their budgets alone.
    private func allow(_ subject: BudgetSubject, _ team: String?) throws {
        guard let person = Person.current, let teams = person.teams, !(team.map(teams.contains) ?? false) else {
            return
        }
        throw Problem(
            .notAllowed,
            "\(person.name) decides about the budgets of \(teams.joined(separator: ", ")), not about that of \(subject)"
        )
    }

    /// Refuses whoever may not set prices, which are everybody's.
    private func allowPrices() throws {
        guard let person = Person.current, let teams = person.teams else { return }
        throw Problem(
            .notAllowed,
            "prices are those of all teams, and \(person.name) decides for \(teams.joined(separator: ", ")) alone"
        )
    }

    // MARK: Costs

    private func costs(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        var parameters = try AddressParameters(request)
        let grouping = try parameters.optionalWord("by", as: CostDetail.Grouping.self) ?? .team
        let from = try parameters.optionalTime("from")
        let to = try parameters.optionalTime("to")
        let team = parameters.optionalText("team")
        try parameters.finish()
        let costs = try await money.costs(by: grouping, from: from, to: to, team: team)
        return Response(json: ["by": .word(grouping), "costs": .array(costs.map(\.json))])
    }

    // MARK: Prices

    private func prices(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        return Response(json: .object(try await allPrices()))
    }

    private func setPrice(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let (provider, model) = try (members.text("provider"), members.text("model"))
        let from = try members.optionalTime("from")
        guard let price = ModelPrice(json: .object(try members.optionalObject("price") ?? [:])) else {
            throw Problem(
                .badRequest,
                "\"price\" must hold input and output, in micro-dollars for a million tokens; docs/money.md has the others"
            )
        }
        let reason = try members.reason()
        try members.finish()
        try allowPrices()
        try await money.set(
            price,
            of: model,
            at: provider,
            from: from,
            noting: AuditNote.byPerson(
                "price.set",
                on: "price of \(provider)/\(model)",
                reason: reason,
                detail: price.json
            )
        )
        return Response(json: await answer.read([:]) { try await allPrices() })
    }

    private func removePrices(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let (provider, model) = try (members.text("provider"), members.text("model"))
        let reason = try members.reason()
        try members.finish()
        try allowPrices()
        let note = AuditNote.byPerson("price.remove", on: "price of \(provider)/\(model)", reason: reason)
        guard try await money.removePrices(of: model, at: provider, noting: note) > 0 else {
            throw Problem(
                .priceNotFound,
                "no price was set for \(provider)/\(model); GET /v1/prices lists them"
            )
        }
        return Response(json: await answer.read([:]) { try await allPrices() })
    }

    private func allPrices() async throws -> JSONObject {
        let shipped = ShippedPrices.all
        return [
            "prices": .array(try await money.prices().map(\.json)),
            "shipped": [
                "as_of": .string(shipped.asOf),
                "prices": .array(
                    shipped.models.map { entry in
                        [
                            "provider": .string(entry.provider), "model": .string(entry.model),
                            "price": entry.price.json,
                        ]
                    }
                ),
            ],
        ]
    }
}
