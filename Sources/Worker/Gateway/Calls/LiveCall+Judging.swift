import JobModel

/// Calls that people decide about.
extension LiveCall {
    /// Makes the call when it is approved, as it was approved.
    func runWhenApproved() async {
        do {
            var call = self
            call.request = try await approvedRequest()
            await call.run()
        } catch {
            await attempt.failed(position)
            buffer.fail(
                error as? GatewayRefusal
                    ?? GatewayRefusal(.unavailable, "nobody could be asked about the call: \(error)")
            )
            stores.localCalls.ended(job)
        }
    }

    /// What was approved: another request when people changed it, or tools returned something else this time.
    private func approvedRequest() async throws -> CallRequest {
        guard request.body.count <= JudgedCall.longestArguments else {
            throw GatewayRefusal(
                .denied,
                "people decide about calls of at most \(JudgedCall.longestArguments) bytes, this one has \(request.body.count)"
            )
        }
        let approved = try await attempt.judged(
            .model,
            "\(request.connection.name)/\(request.namedModel ?? "")",
            .object(request.json),
            effect: .none,
            key: identity.key,
            at: position
        )
        guard let approved else { return request }
        var changed = try CallRequest(
            request.format,
            connection: request.connection,
            method: request.method,
            path: request.path,
            query: request.query,
            headers: request.headers,
            body: approved.encoded(),
            pathModel: request.pathModel
        )
        changed.share = request.share
        return changed
    }
}
