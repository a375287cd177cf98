import CLibCurl
import Glibc

/// A transfer while libcurl works on it; lives on the engine's thread and nowhere else.
final class ActiveTransfer {
    let transfer: Transfer
    let handle: EasyHandle
    private(set) var deadlines: TransferDeadlines<ContinuousClock.Instant>

    private let address: RequestAddress
    private let policy: AddressPolicy
    private let isRepeatable: Bool
    private let connectTimeout: Duration
    private let deadlineMoved: (ContinuousClock.Instant?) -> Void
    /// Where libcurl writes the text of an error.
    private let errorText = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var reader: ResponseHeadReader
    private var wasSent = false
    private var anAddressWasDenied = false
    /// Why a callback stopped the transfer.
    private var refusal: HTTPTransportError?

    init(
        _ transfer: Transfer,
        _ request: HTTPRequest,
        deadlineMoved: @escaping (ContinuousClock.Instant?) -> Void
    ) throws(HTTPTransportError) {
        address = try RequestAddress(request.url)
        handle = try EasyHandle(request, address)
        self.transfer = transfer
        self.deadlineMoved = deadlineMoved
        deadlines = TransferDeadlines(request: request, startedAt: .now)
        policy = request.addressPolicy
        isRepeatable = request.isRepeatable
        connectTimeout = request.connectTimeout
        reader = ResponseHeadReader(followsRedirects: request.redirectsAreFollowed)
        errorText.initialize(repeating: 0)
        try setCallbacks()
    }

    deinit { errorText.deallocate() }

    /// The transfer that a handle of libcurl's belongs to.
    static func of(_ handle: UnsafeMutableRawPointer) -> ActiveTransfer {
        var context: UnsafeMutableRawPointer?
        guard chassis_curl_get_pointer(handle, CURLINFO_PRIVATE, &context) == CURLE_OK, let context else {
            preconditionFailure("every handle knows its transfer")
        }
        return of(context: context)
    }

    // MARK: What the loop tells

    func unpause() {
        deadlines.resumed(at: .now)
        deadlineMoved(deadlines.next)
        // A failure comes back as the transfer's end.
        _ = curl_easy_pause(handle.pointer, CURLPAUSE_CONT)
    }

    func abandoned(until end: ContinuousClock.Instant) {
        deadlines.abandoned(until: end)
        deadlineMoved(deadlines.next)
    }

    func expired(at now: ContinuousClock.Instant) -> HTTPTransportError? {
        deadlines.expired(at: now, uploaded: handle.uploaded)
    }

    /// What libcurl's result means; nil for a complete response.
    func failure(for code: CURLcode) -> HTTPTransportError? {
        guard let failure = refusal ?? meaning(of: code) else { return nil }
        // libcurl makes a new connection when a kept one died under the request. That none came about says nothing of
        // the request that the dead one had taken.
        return wasSent && !failure.requestMayHaveArrived ? .cut(.waiting) : failure
    }

    private func meaning(of code: CURLcode) -> HTTPTransportError? {
        switch code {
        case CURLE_OK: return nil
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .couldNotResolve(host: address.host)
        case CURLE_COULDNT_CONNECT where anAddressWasDenied: return .addressNotAllowed(host: address.host)
        case CURLE_COULDNT_CONNECT: return .connectionRefused(host: address.host)
        case CURLE_OPERATION_TIMEDOUT: return .timedOut(deadlines.phase, after: connectTimeout)
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            return .cut(deadlines.phase)
        case CURLE_TOO_MANY_REDIRECTS: return .tooManyRedirects(limit: HTTPRequest.maximumRedirects)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL: return .malformedResponse
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED:
            return .tls(host: address.host, reason: reason(for: code))
        default: return .library(deadlines.phase, code: Int(code.rawValue), reason: reason(for: code))
        }
    }

    private func reason(for code: CURLcode) -> String {
        guard let text = errorText.baseAddress, text.pointee != 0 else {
            return String(cString: curl_easy_strerror(code))
        }
        return String(cString: text)
    }

    // MARK: What libcurl tells

    private func setCallbacks() throws(HTTPTransportError) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        try handle.set(CURLOPT_PRIVATE, pointer: context)
        try handle.set(CURLOPT_ERRORBUFFER, pointer: errorText.baseAddress)
        try handle.set(CURLOPT_HEADERDATA, pointer: context)
        try handle.set(CURLOPT_HEADERFUNCTION) { data, size, count, context in
            ActiveTransfer.of(context: context).headerLineArrived(ActiveTransfer.bytes(data, size * count))
        }
        try handle.set(CURLOPT_WRITEDATA, pointer: context)
        try handle.set(CURLOPT_WRITEFUNCTION) { data, size, count, context in
            ActiveTransfer.of(context: context).bytesArrived(ActiveTransfer.bytes(data, size * count))
        }
        try handle.set(CURLOPT_OPENSOCKETDATA, pointer: context)
        try handle.setSocketFunction { context, _, address in
            ActiveTransfer.of(context: context).openSocket(address)
        }
        try handle.set(CURLOPT_PREREQDATA, pointer: context)
        try handle.setRequestFunction { context, peer, _, _, _ in
            ActiveTransfer.of(context: context).requestIsAboutToBeSent(to: peer.map { String(cString: $0) })
        }
    }

    private static func of(context: UnsafeMutableRawPointer?) -> ActiveTransfer {
        guard let context else { preconditionFailure("every callback knows its transfer") }
        return Unmanaged<ActiveTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    private static func bytes(_ data: UnsafeMutablePointer<CChar>?, _ count: Int) -> UnsafeBufferPointer<UInt8> {
        let raw = UnsafeRawBufferPointer(start: data, count: count)
        return raw.bindMemory(to: UInt8.self)
    }

    private func headerLineArrived(_ line: UnsafeBufferPointer<UInt8>) -> Int {
        switch reader.lineArrived(line) {
        case .incomplete: return line.count
        case .complete(let head):
            transfer.headArrived(head)
            return line.count
        case .malformed: return refuse(.malformedResponse, line.count)
        case .tooLarge: return refuse(.tooLarge(limit: ResponseHeadReader.maximumBytes), line.count)
        }
    }

    private func bytesArrived(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard !bytes.isEmpty else { return 0 }
        switch transfer.bytesArrived(Array(bytes)) {
        case .taken:
            deadlines.bytesArrived(at: .now)
            deadlineMoved(deadlines.next)
            return bytes.count
        case .pause:
            deadlines.paused()
            return Int(CURL_WRITEFUNC_PAUSE)
        case .abort:
            return refuse(.malformedResponse, bytes.count)
        }
    }

    /// Notes why, and returns a number that libcurl takes for "not all of it was handled".
    private func refuse(_ reason: HTTPTransportError, _ count: Int) -> Int {
        refusal = reason
        return count == 0 ? 1 : 0
    }

    private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
        guard let address else { return CURL_SOCKET_BAD }
        let peer = withUnsafeBytes(of: &address.pointee.addr) { IPAddress(socketAddress: $0) }
        guard policy.allows(peer) else {
            // Another address of the host may be allowed: libcurl tries them all.
            anAddressWasDenied = true
            return CURL_SOCKET_BAD
        }
        return socket(
            address.pointee.family,
            address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue),
            address.pointee.protocol
        )
    }

    /// Called before each sending, also over a connection that was kept from another request.
    private func requestIsAboutToBeSent(to peer: String?) -> Int32 {
        guard policy.allows(peer.flatMap { IPAddress($0) }) else {
            refusal = .addressNotAllowed(host: address.host)
            return CURL_PREREQFUNC_ABORT
        }
        // libcurl sends a request again when a kept connection was dead. Whether the peer read the first one before it
        // hung up is unknown, so a request with an effect is not sent again.
        guard !wasSent || isRepeatable else {
            refusal = .cut(.waiting)
            return CURL_PREREQFUNC_ABORT
        }
        wasSent = true
        deadlines.connected(at: .now)
        deadlineMoved(deadlines.next)
        return CURL_PREREQFUNC_OK
    }
}
