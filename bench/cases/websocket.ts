import type { Case } from './case.ts';
import { nginxAndOurs } from './who.ts';
import { messages } from '../load/messages.ts';

export const webSocket: Case = {
  name: 'websocket',
  title: 'WebSocket messages of 64 bytes, there and back',
  unit: 'message',
  compares: 'cpu',
  backend: 'app',
  contestants: nginxAndOurs,
  load: (front, ground, { seconds }) => messages(front, ground, { connections: 32, seconds }),
};
