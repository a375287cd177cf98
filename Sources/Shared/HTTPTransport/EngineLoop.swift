import CLibCurl

/// Carries out all transfers of a client; lives on the engine's thread and nowhere else.
final class EngineLoop {
    /// The most connections that are kept for later requests.
    private static let maximumIdleConnections = 64
    /// How long a response that nobody reads may take to end before its connection is closed.
    private static let drainTime = Duration.milliseconds(250)
    /// The longest wait; commands and bytes end every wait at once.
    private static let maximumWait = Duration.seconds(60)

    private let inbox: EngineInbox
    private var transfers: [ObjectIdentifier: ActiveTransfer] = [:]
    /// No deadline of any transfer passes before this moment.
    private var nextDeadline: ContinuousClock.Instant?
    private var isStopped = false

    init(inbox: EngineInbox) { self.inbox = inbox }

    func run() {
        _ = chassis_curl_multi_set_long(inbox.multi, CURLMOPT_MAXCONNECTS, Self.maximumIdleConnections)
        while true {
            for command in inbox.take() { perform(command) }
            if isStopped { break }
            var running: Int32 = 0
            check(curl_multi_perform(inbox.multi, &running))
            collectFinished()
            endExpired()
            check(curl_multi_poll(inbox.multi, nil, 0, waitMilliseconds, nil))
        }
        // Whoever waits for a response holds its client, so these are the ones that nobody reads.
        endAll(.closed)
    }

    private func perform(_ command: EngineCommand) {
        switch command {
        case .start(let transfer, let request): start(transfer, request)
        case .unpause(let transfer): transfers[ObjectIdentifier(transfer)]?.unpause()
        case .drain(let transfer):
            transfers[ObjectIdentifier(transfer)]?.abandoned(until: .now.advanced(by: Self.drainTime))
        case .abort(let transfer): remove(transfer)
        case .stop: isStopped = true
        }
    }

    private func start(_ transfer: Transfer, _ request: HTTPRequest) {
        do {
            let active = try ActiveTransfer(transfer, request) { [unowned self] in lowerDeadline(to: $0) }
            let code = curl_multi_add_handle(inbox.multi, active.handle.pointer)
            guard code == CURLM_OK else { return transfer.ended(failure: Self.failure(for: code)) }
            transfers[ObjectIdentifier(transfer)] = active
            lowerDeadline(to: active.deadlines.next)
        } catch {
            transfer.ended(failure: error)
        }
    }

    private func remove(_ transfer: Transfer) {
        guard let active = transfers.removeValue(forKey: ObjectIdentifier(transfer)) else { return }
        check(curl_multi_remove_handle(inbox.multi, active.handle.pointer))
    }

    private func collectFinished() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(inbox.multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE else { continue }
            // The message is gone with the next call on its handle.
            let code = chassis_curl_message_result(message)
            let active = ActiveTransfer.of(message.pointee.easy_handle)
            remove(active.transfer)
            active.transfer.ended(failure: active.failure(for: code))
        }
    }

    // MARK: Deadlines

    private func lowerDeadline(to deadline: ContinuousClock.Instant?) {
        nextDeadline = [nextDeadline, deadline].compactMap(\.self).min()
    }

    /// Looks through the transfers only when a deadline may have passed: most deadlines move on before they come.
    private func endExpired() {
        let now = ContinuousClock.now
        guard let nextDeadline, now >= nextDeadline else { return }
        for active in Array(transfers.values) {
            guard let failure = active.expired(at: now) else { continue }
            remove(active.transfer)
            active.transfer.ended(failure: failure)
        }
        self.nextDeadline = transfers.values.compactMap(\.deadlines.next).min()
    }

    private var waitMilliseconds: Int32 {
        let wait = nextDeadline.map { ContinuousClock.now.duration(to: $0) } ?? Self.maximumWait
        return Int32(max(.zero, min(wait, Self.maximumWait)).roundedUpMilliseconds)
    }

    // MARK: Faults of libcurl

    private func check(_ code: CURLMcode) {
        guard code != CURLM_OK else { return }
        precondition(
            code != CURLM_BAD_HANDLE && code != CURLM_BAD_EASY_HANDLE,
            "the engine's use of libcurl is wrong: \(code)"
        )
        endAll(Self.failure(for: code))
    }

    private static func failure(for code: CURLMcode) -> HTTPTransportError {
        .library(.waiting, code: Int(code.rawValue), reason: String(cString: curl_multi_strerror(code)))
    }

    private func endAll(_ failure: HTTPTransportError) {
        let ended = transfers.values
        transfers = [:]
        for active in ended {
            // What libcurl answers changes nothing any more: the handle is freed next.
            _ = curl_multi_remove_handle(inbox.multi, active.handle.pointer)
            active.transfer.ended(failure: failure)
        }
    }
}
