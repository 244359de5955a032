// cd examples/nest; sallyport run --scheme /=either -- node --import tsx main.ts
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { sallyport } from 'sallyport/express';
import { AppModule } from './app.module.ts';

const app = await NestFactory.create(AppModule);
app.use(sallyport({ https: { '/account/': 'https' } }));
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
