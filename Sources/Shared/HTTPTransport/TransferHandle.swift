/// The reader's hold on a transfer: when the last one is gone, so is the reason to go on.
final class TransferHandle: Sendable {
    let transfer: Transfer
    /// Keeps the engine running as long as somebody reads.
    private let client: HTTPClient

    init(transfer: Transfer, client: HTTPClient) {
        self.transfer = transfer
        self.client = client
    }

    deinit { transfer.abandon() }
}
