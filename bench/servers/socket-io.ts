/** A room on Socket.IO as its documentation shows one: each message is an event of its own, and nothing is kept. */
import { createServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { announce } from './announce.ts';

type Acknowledge = (answer: object) => void;

const http = createServer();
const io = new Server(http);
let seq = 0;
let version = 0;

io.on('connection', (socket: Socket) => {
  socket.on('room:join', ({ roomId }: { roomId: number }, acknowledge: Acknowledge) => {
    void socket.join(`room:${roomId}`);
    acknowledge({ success: true, data: { playback: { version } } });
  });
  socket.on('playback:command', ({ roomId, action }: { roomId: number; action: string }, acknowledge: Acknowledge) => {
    version += 1;
    const state = { roomId, version, movieId: 1, position: 0, rate: 1, playing: action === 'play', at: Date.now() };
    io.to(`room:${roomId}`).emit('playback:state', state);
    acknowledge({ success: true, data: state });
  });
  socket.on('chat:send', (body: { roomId: number; content: string; clientMessageId: string }, acknowledge: Acknowledge) => {
    seq += 1;
    const message = {
      id: '019a0000-0000-7000-8000-000000000000', ...body, seq, userId: 1, username: 'anna1', playbackPositionSeconds: null,
      createdAt: new Date().toISOString(), editedAt: null, deletedAt: null,
    };
    io.to(`room:${body.roomId}`).emit('chat:messages', { roomId: body.roomId, items: [message] });
    acknowledge({ success: true, data: message });
  });
});
http.listen(0, '127.0.0.1', () => announce(http));
